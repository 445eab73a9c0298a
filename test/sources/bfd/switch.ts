import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { OvsdbSource } from '../../../src/model/config.ts';
import type { BfdConfig } from '../../../src/sources/bfd/bfd.ts';
import { ovs, startServer, vswitchSchema, type Server } from '../../ovsdb-client/server.ts';
import { FakeVswitchd } from './fake-vswitchd.ts';

/** A real database that a test writes in vswitchd's place, and a control socket that answers. */
export interface Switch {
  readonly server: Server;
  readonly vswitchd: FakeVswitchd;
  readonly source: OvsdbSource;
}

export async function startSwitch(t: TestContext): Promise<Switch> {
  const server = await startServer({ schema: vswitchSchema });
  t.after(async () => server.remove());
  const vswitchd = new FakeVswitchd(server.dir);
  await vswitchd.start(1);
  t.after(async () => vswitchd.kill());
  const source = { remote: server.remote, vswitchdPidfile: vswitchd.pidfile, tls: null };
  return { server, vswitchd, source };
}

export const configOf = (source: OvsdbSource, ...names: string[]): BfdConfig => ({
  source,
  interfaces: names.map((name) => ({ signal: name, interface: name })),
});

export function temporaryFolder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'rv-bfd-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

type Status = Readonly<Record<string, string>>;

export const upStatus: Status = { state: 'up', forwarding: 'true', flap_count: '1' };
export const downStatus: Status = { state: 'down', forwarding: 'false', flap_count: '2' };

export async function addInterfaces(
  { server }: Switch,
  names: readonly string[],
  status = upStatus,
): Promise<void> {
  const inserts = names.map((name) => ({
    op: 'insert',
    table: 'Interface',
    row: { name, ofport: 1, link_state: 'up', bfd_status: ['map', Object.entries(status)] },
    'uuid-name': `i_${name}`,
  }));
  // Rows that nothing refers to are removed at once.
  const ports = names.map((name) => ({
    op: 'insert',
    table: 'Port',
    row: { name, interfaces: ['named-uuid', `i_${name}`] },
    'uuid-name': `p_${name}`,
  }));
  const refs = ['set', names.map((name) => ['named-uuid', `p_${name}`])];
  const bridge = {
    op: 'insert',
    table: 'Bridge',
    row: { name: `br-${names[0]}`, ports: refs },
    'uuid-name': 'bridge',
  };
  const root = {
    op: 'mutate',
    table: 'Open_vSwitch',
    where: [],
    mutations: [['bridges', 'insert', ['named-uuid', 'bridge']]],
  };
  await ovs('ovs-vsctl', '--no-wait', `--db=${server.remote}`, 'init');
  await transact(server, [...inserts, ...ports, bridge, root]);
}

export async function setStatus(
  { server }: Switch,
  names: readonly string[],
  status: Status,
): Promise<void> {
  const row = { bfd_status: ['map', Object.entries(status)] };
  await transact(
    server,
    names.map((name) => ({ op: 'update', table: 'Interface', where: [['name', '==', name]], row })),
  );
}

export async function transact(server: Server, operations: readonly object[]): Promise<void> {
  const text = JSON.stringify(['Open_vSwitch', ...operations]);
  const reply = await ovs('ovsdb-client', 'transact', server.remote, text);
  if (reply.includes('"error"')) throw new Error(reply);
}
