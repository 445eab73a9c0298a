import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SERVICE_FLAG } from '../../../src/protocol/ipvs/constants.ts';
import { adviceOf } from '../../../src/sinks/ipvs/advice.ts';
import {
  ipvsBitsPerS,
  type IpvsSettings,
  readIpvsSettings,
} from '../../../src/sinks/ipvs/ipvs-settings.ts';
import { FakeTable, realServer, tableService } from './fake-table.ts';
import { configOf, quiet, Rig, serviceOf, webVirtual } from './rig.ts';

const web = serviceOf('web', webVirtual, [{ address: '10.0.0.1' }]);
const table = [tableService(webVirtual, [realServer('10.0.0.1', 80, 1)])];

function has(lines: readonly string[], ...patterns: readonly RegExp[]): void {
  assert.equal(lines.length, patterns.length, lines.join('\n'));
  for (const [line, pattern] of patterns.entries()) assert.match(lines[line] ?? '', pattern);
}

/** Of a fast interface, so much is used. */
function used(percent: number): IpvsSettings {
  return { ...quiet, bitsPerS: percent * 1e8, linkBitsPerS: 1e10 };
}

describe('advice', () => {
  test('there is none where all is well, and none about tables of others', () => {
    const other = { kind: 'address', protocol: 'udp', address: '192.0.2.99', port: 53 } as const;
    const tables = [...table, tableService(other, [realServer('10.0.0.9', 54, 1)])];
    const sysctls = new Map([
      ['expire_nodest_conn', 0],
      ['expire_quiescent_template', 0],
      ['conn_reuse_mode', 1],
    ]);
    has(adviceOf(configOf([web]), tables, { ...quiet, connectionTableSize: 4096, sysctls }));
  });

  test('a table of connections that is small for the number of real servers', () => {
    const many = Array.from({ length: 2_000 }, (_, at) =>
      realServer(`10.0.${at >> 8}.${at & 255}`, 80, 1),
    );
    const tables = [tableService(webVirtual, many)];
    has(
      adviceOf(configOf([web]), tables, { ...quiet, connectionTableSize: 4096 }),
      /4096 buckets for 2000 real servers: .* searches 49 entries; .*conn_tab_bits=18/u,
    );
    has(adviceOf(configOf([web]), tables, { ...quiet, connectionTableSize: 262_144 }));
  });

  test('ports that direct routing and tunnels do not rewrite', () => {
    const servers = [
      realServer('10.0.0.1', 8080, 1),
      { ...realServer('10.0.0.2', 8080, 1), forwarding: 2 },
      { ...realServer('10.0.0.3', 8080, 1), forwarding: 0 },
    ];
    has(
      adviceOf(configOf([web]), [tableService(webVirtual, servers)], quiet),
      /not at 10\.0\.0\.1:8080 of tcp 192\.0\.2\.10:80, 10\.0\.0\.2:8080 of tcp 192\.0\.2\.10:80$/u,
    );
  });

  test('real servers that direct routing cannot reach', () => {
    has(
      adviceOf(configOf([web]), table, { ...quiet, isOnLink: () => false }),
      /no interface of this node has a subnet with 10\.0\.0\.1$/u,
    );
  });

  test('UDP without one-packet scheduling', () => {
    const virtual = { ...webVirtual, protocol: 'udp' } as const;
    const udp = configOf([serviceOf('dns', virtual, [{ address: '10.0.0.1' }])]);
    const found = tableService(virtual, [realServer('10.0.0.1', 80, 1)]);
    has(adviceOf(udp, [found], quiet), /--ops, .*udp 192\.0\.2\.10:80$/u);
    has(adviceOf(udp, [{ ...found, flags: SERVICE_FLAG.ONE_PACKET }], quiet));
  });

  test('kernel settings that on_down, persistence and port reuse want otherwise', () => {
    const sysctls = new Map([
      ['expire_nodest_conn', 0],
      ['expire_quiescent_template', 0],
      ['conn_reuse_mode', 0],
    ]);
    const persistent = table.map((each) => ({ ...each, flags: SERVICE_FLAG.PERSISTENT }));
    has(
      adviceOf(configOf([web]), persistent, { ...quiet, sysctls }),
      /expire_quiescent_template=1/u,
      /conn_reuse_mode=1/u,
    );
    const removing = serviceOf('web', webVirtual, [{ address: '10.0.0.1' }], 'remove');
    has(
      adviceOf(configOf([removing]), persistent, { ...quiet, sysctls }),
      /expire_nodest_conn=1/u,
      /conn_reuse_mode=1/u,
      /without state_dir.*web$/u,
    );
  });

  test('what is left when one node is lost', () => {
    const two = configOf([web], { nodes: ['lb-a', 'lb-b'] });
    has(adviceOf(two, table, used(45)), /4\.5 Gbit\/s, 45% .*one of 2 nodes fails, .* 90%$/u);
    has(adviceOf(two, table, used(35)));
    has(adviceOf(configOf([web], { nodes: ['a', 'b', 'c', 'd'] }), table, used(45)));
    has(adviceOf(configOf([web]), table, used(99)));
  });

  test('it is logged once, at the start', async () => {
    const it = new Rig(configOf([web]));
    it.table.add(tableService(webVirtual, [realServer('10.0.0.1', 80, 1)]));
    it.settings = { ...quiet, isOnLink: () => false };
    it.start();
    await it.pass(30_000);
    assert.equal(it.notices('ipvs_advice').length, 1);
  });
});

describe('settings', () => {
  test('rates are read as the kernel writes them', () => {
    const stats = `   Total Incoming Outgoing         Incoming         Outgoing
   Conns  Packets  Packets            Bytes            Bytes
      1A       5A        0              123                0

 Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s
       1        2        0               1F               FF
`;
    assert.equal(ipvsBitsPerS(stats), 8 * 255);
    for (const text of ['', 'x', '1 2 3 4 z', '\0']) assert.equal(ipvsBitsPerS(text), null);
  });

  test('a kernel without any settings is no error', async () => {
    const settings = await readIpvsSettings(new FakeTable());
    assert.equal(settings.connectionTableSize, null);
    assert.equal(settings.isOnLink('127.0.0.1'), true);
    assert.equal(settings.isOnLink('203.0.113.77'), false);
  });
});
