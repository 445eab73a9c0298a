/** How long a look at a table of 10,000 real servers takes, apart from reading it. */
import { performance } from 'node:perf_hooks';
import { BaseWeights } from '../../src/sinks/ipvs/base-weights.ts';
import { driftLines } from '../../src/sinks/ipvs/drift.ts';
import { managedBy } from '../../src/sinks/ipvs/managed.ts';
import { activeConnections, missingFrom, planServer } from '../../src/sinks/ipvs/plan.ts';
import { TableIndex } from '../../src/sinks/ipvs/table-index.ts';
import type { Virtual } from '../../src/model/service.ts';
import { realServer, tableService } from '../sinks/ipvs/fake-table.ts';
import { configOf, serviceOf } from '../sinks/ipvs/rig.ts';

const SERVICES = 100;
const SERVERS = 100;
const ROUNDS = 30;

const virtuals = Array.from({ length: SERVICES }, (_, at): Virtual & { kind: 'address' } => {
  return { kind: 'address', protocol: 'tcp', address: `192.0.2.${at}`, port: 80 };
});
const addressesOf = (at: number): string[] =>
  Array.from({ length: SERVERS }, (_, server) => `10.0.${at}.${server}`);
const services = virtuals.map((virtual, at) =>
  tableService(
    virtual,
    addressesOf(at).map((address) => realServer(address, 80, 100)),
  ),
);
const managed = managedBy(
  configOf(
    virtuals.map((virtual, at) =>
      serviceOf(
        `s${at}`,
        virtual,
        addressesOf(at).map((address) => ({ address })),
      ),
    ),
  ),
);

const timesMs: number[] = [];
let changes = 0;
let before = new TableIndex(services);
for (let round = 0; round < ROUNDS; round += 1) {
  const startMs = performance.now();
  const table = new TableIndex(services);
  driftLines(managed, before, table);
  new BaseWeights(new Map()).update(managed, table, new Map());
  missingFrom(managed, table, new Map());
  activeConnections(managed, table);
  for (const server of managed.servers.values()) {
    if (planServer(server, 0, table, new Map()).kind === 'changes') changes += 1;
  }
  timesMs.push(performance.now() - startMs);
  before = table;
}
timesMs.sort((a, b) => a - b);
const at = (share: number): string => (timesMs[Math.floor(share * (ROUNDS - 1))] ?? 0).toFixed(1);
console.log(
  `${SERVICES * SERVERS} destinations, index + drift + bases + missing + plan: ` +
    `p50 ${at(0.5)} ms, max ${at(1)} ms (${changes / ROUNDS} changes each)`,
);
