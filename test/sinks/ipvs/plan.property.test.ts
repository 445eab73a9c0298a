import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Virtual } from '../../../src/model/service.ts';
import type { Destination, ServiceIdentity } from '../../../src/protocol/ipvs/table.ts';
import { driftLines } from '../../../src/sinks/ipvs/drift.ts';
import { managedBy, type Managed } from '../../../src/sinks/ipvs/managed.ts';
import { missingFrom, planServer, type RemovedServer } from '../../../src/sinks/ipvs/plan.ts';
import { TableIndex } from '../../../src/sinks/ipvs/table-index.ts';
import { FakeTable, tableService } from './fake-table.ts';
import { configOf, serviceOf } from './rig.ts';

const virtuals: readonly Virtual[] = [
  { kind: 'address', protocol: 'tcp', address: '192.0.2.1', port: 80 },
  { kind: 'address', protocol: 'udp', address: '192.0.2.1', port: 80 },
  { kind: 'address', protocol: 'sctp', address: '2001:db8::1', port: 9 },
  { kind: 'fwmark', mark: 3 },
];
const identities: readonly ServiceIdentity[] = [
  ...virtuals.flatMap((virtual) => (virtual.kind === 'address' ? [virtual] : [])),
  { kind: 'fwmark', mark: 3, family: 4 },
  { kind: 'fwmark', mark: 3, family: 6 },
];
const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3', 'fd00::1'];

const server: fc.Arbitrary<Destination> = fc.record({
  address: fc.constantFrom(...addresses),
  port: fc.constantFrom(0, 80, 81),
  forwarding: fc.nat(3),
  weight: fc.nat(3),
  upperThreshold: fc.nat(9),
  lowerThreshold: fc.nat(9),
  tunnel: fc.record({ type: fc.nat(2), port: fc.nat(9), flags: fc.nat(1) }),
  activeConnections: fc.nat(9),
  inactiveConnections: fc.nat(9),
});
const tables = fc
  .uniqueArray(
    fc.tuple(
      fc.constantFrom(...identities),
      fc.uniqueArray(server, { selector: ({ address, port }) => `${address} ${port}` }),
    ),
    { selector: ([identity]) => JSON.stringify(identity) },
  )
  .map((services) => services.map(([identity, servers]) => tableService(identity, servers)));
const weights = fc.dictionary(
  fc.integer({ min: 0, max: 11 }).map(String),
  fc.oneof(fc.nat(3), fc.constant('removed' as const)),
);

/** Four services of three servers each, of which the table has some, and others beside. */
const managed: Managed = managedBy(
  configOf(
    virtuals.map((virtual, index) =>
      serviceOf(
        `s${index}`,
        virtual,
        addresses.slice(1).map((address) => ({ address, port: 80 })),
      ),
    ),
  ),
);
const keys = [...managed.servers.keys()];

async function write(
  table: FakeTable,
  removed: Map<string, RemovedServer>,
  wants: ReadonlyMap<string, number | 'removed'>,
): Promise<void> {
  const index = new TableIndex(await table.dump());
  for (const [key, weight] of wants) {
    const found = managed.servers.get(key);
    assert.ok(found);
    const plan = planServer(found, weight, index, removed);
    if (plan.kind !== 'changes') continue;
    for (const { entryName, change } of plan.changes) {
      if (change.kind === 'remove') removed.set(entryName, change);
      const [result] = await table.apply([change]);
      assert.deepEqual(result, { ok: true }, 'the kernel takes what is planned');
      index.changed(change);
    }
  }
}

function wantsOf(
  chosen: Readonly<Record<string, number | 'removed'>>,
): Map<string, number | 'removed'> {
  return new Map(Object.entries(chosen).map(([at, weight]) => [keys[Number(at)] ?? '', weight]));
}

test('one pass puts everything right, and nothing but weights of what is wanted changes', async () => {
  await fc.assert(
    fc.asyncProperty(tables, weights, weights, async (services, first, second) => {
      const table = new FakeTable();
      for (const each of services) table.add(each);
      const removed = new Map<string, RemovedServer>();
      const wants = wantsOf({ ...first, ...second });
      await write(table, removed, wantsOf(first));
      await write(table, removed, wants);
      const index = new TableIndex(await table.dump());
      const missing = missingFrom(managed, new TableIndex(services), new Map());
      for (const [key, weight] of wants) {
        const found = managed.servers.get(key);
        assert.ok(found);
        const { kind } = planServer(found, weight, index, removed);
        assert.equal(kind, missing.has(key) && weight !== 'removed' ? 'missing' : 'in-sync');
      }
      for (const before of services) {
        const name = new TableIndex([before]);
        const now = [...table.services.values()].find(
          ({ identity }) => identity === before.identity,
        );
        assert.ok(now, 'services are left alone');
        assert.ok(now.destinations.length <= before.destinations.length, 'nothing new');
        for (const each of now.destinations) {
          const same = before.destinations.find(
            ({ address, port }) => address === each.address && port === each.port,
          );
          assert.ok(same !== undefined && name !== null, 'nothing new');
          assert.deepEqual({ ...each, weight: 0 }, { ...same, weight: 0 }, 'all but the weight');
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('missing is what no place of the table has', () => {
  fc.assert(
    fc.property(tables, (services) => {
      const index = new TableIndex(services);
      const missing = missingFrom(managed, index, new Map());
      for (const { name, serviceNames } of managed.services) {
        assert.equal(
          missing.has(name),
          serviceNames.every((each) => index.service(each) === null),
        );
      }
      for (const { key, candidates } of managed.servers.values()) {
        const isThere = candidates.some(
          (each) => index.destination(each.serviceName, each.destinationName) !== null,
        );
        assert.equal(missing.has(key), !isThere);
      }
    }),
  );
});

test('a table that did not change has no drift, whatever its connections', () => {
  fc.assert(
    fc.property(tables, fc.nat(9), (services, activeConnections) => {
      const later = services.map((each) => ({
        ...each,
        destinations: each.destinations.map((old) => ({ ...old, activeConnections })),
      }));
      assert.deepEqual(driftLines(managed, new TableIndex(services), new TableIndex(later)), []);
    }),
  );
});
