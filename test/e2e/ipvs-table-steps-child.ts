// The same random steps through either way, compared table by table: see ipvs-table.test.ts.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { familyOf } from '../../src/protocol/ipvs/address.ts';
import type { Destination, ServiceIdentity, TableChange } from '../../src/protocol/ipvs/table.ts';
import type { TableAccess } from '../../src/sinks/ipvs/table-access.ts';
import { ipvsadmAccess } from '../../src/sinks/ipvs/ipvsadm-access.ts';
import { netlinkAccess } from '../../src/sinks/ipvs/netlink-access.ts';
import { clear, fill, saved, services } from './ipvs-table-sample.ts';

const STEPS = 1000;
const BATCH_STEPS = 40;

const addresses = {
  4: ['10.1.0.1', '10.1.0.2', '10.1.0.3'],
  6: ['2001:db8:9::1', '2001:db8:9::2'],
} as const;

/** One that is not there among those that are. */
const service = fc.constantFrom<ServiceIdentity>(...services.map(({ identity }) => identity), {
  kind: 'fwmark',
  mark: 8,
  family: 4,
});
const weight = fc.oneof(fc.nat(3), fc.nat(65_535), fc.constant(2 ** 31 - 1));
const thresholds = fc.oneof(
  { weight: 2, arbitrary: fc.constant([0, 0] as const) },
  { weight: 1, arbitrary: fc.tuple(fc.nat(1000), fc.nat(1000)) },
);
const tunnel = fc.oneof(
  fc.constant({ type: 0, port: 0, flags: 0 }),
  fc.record({ type: fc.constant(1), port: fc.integer({ min: 1, max: 65_535 }), flags: fc.nat(2) }),
  fc.record({ type: fc.constant(2), port: fc.constant(0), flags: fc.nat(1) }),
);

const step = fc
  .record({
    kind: fc.constantFrom('set', 'add', 'add', 'remove'),
    service,
    place: fc.nat(9),
    forwarding: fc.constantFrom(0, 2, 3),
    weight,
    thresholds,
    tunnel,
    otherFamily: fc.constantFrom(false, false, false, true),
  })
  .map((drawn): TableChange => {
    const { kind, service: identity, forwarding } = drawn;
    const own = identity.kind === 'fwmark' ? identity.family : familyOf(identity.address);
    // Only a tunnel can lead to the other family.
    const family = drawn.otherFamily && forwarding === 2 ? (own === 4 ? 6 : 4) : own;
    const choice = addresses[family];
    const [upperThreshold, lowerThreshold] = drawn.thresholds;
    const destination: Destination = {
      address: choice[drawn.place % choice.length] ?? choice[0],
      port: portOf(identity, forwarding, drawn.place),
      forwarding,
      weight: drawn.weight,
      upperThreshold,
      lowerThreshold,
      tunnel: forwarding === 2 ? drawn.tunnel : { type: 0, port: 0, flags: 0 },
      activeConnections: 0,
      inactiveConnections: 0,
    };
    return { kind, service: identity, destination };
  });

/** ipvsadm gives all but masqueraded servers the port of their service. */
function portOf(identity: ServiceIdentity, forwarding: number, place: number): number {
  if (identity.kind === 'fwmark') return 0;
  return forwarding === 0 && place > 5 ? 8000 : identity.port;
}

async function play(access: TableAccess, steps: readonly TableChange[]): Promise<string[]> {
  clear();
  fill();
  const tables: string[] = [];
  for (let at = 0; at < steps.length; at += BATCH_STEPS) {
    await access.apply(steps.slice(at, at + BATCH_STEPS));
    tables.push(saved());
  }
  access.close();
  return tables;
}

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
const [steps = []] = fc.sample(
  fc.array(step, { minLength: STEPS, maxLength: STEPS, size: 'max' }),
  {
    seed,
    numRuns: 1,
  },
);
const byNetlink = await play(netlinkAccess(), steps);
const byIpvsadm = await play(ipvsadmAccess(), steps);
for (const [index, table] of byNetlink.entries()) {
  const batch = steps.slice(index * BATCH_STEPS, (index + 1) * BATCH_STEPS);
  assert.equal(table, byIpvsadm[index], `seed ${seed}, after ${JSON.stringify(batch)}`);
}
console.log(`seed ${seed}: ${steps.length} steps, ${new Set(byNetlink).size} different tables`);
