import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { describe, test, type TestContext } from 'node:test';
import { namespace, probeInChild, type ChildLine } from './child.ts';
import { tcpServer } from './fixtures.ts';
import type { ChildTarget } from './probes-child.ts';

const FAST = { intervalMs: 200, timeoutMs: 150, fastIntervalMs: 50 };
/** Where only descriptors may be missing, and not the time of a busy machine. */
const PATIENT = { intervalMs: 1000, timeoutMs: 900, fastIntervalMs: 100 };

/** A table by destination, answered by the namespace's own firewall and routes. */
const NETWORK = [
  'ip route add unreachable 192.0.2.0/24',
  'ip route add prohibit 198.51.100.0/24',
  'ip -6 route add unreachable 2001:db8::/32',
  'nft add table inet t',
  'nft add chain inet t input "{ type filter hook input priority 0; }"',
  'nft add rule inet t input ip daddr 127.0.0.5 reject with icmp type host-unreachable',
  'nft add rule inet t input ip daddr 127.0.0.6 meta l4proto udp reject with icmp type port-unreachable',
  'nft add rule inet t input ip daddr 127.0.0.7 drop',
  'nft add rule inet t input ip daddr 127.0.0.8 reject with icmp type admin-prohibited',
];

function last(lines: readonly ChildLine[]): Map<string, string> {
  return new Map(
    lines.flatMap(({ signal, state, reason }) =>
      signal === undefined ? [] : [[signal.split('/')[0] ?? '', `${state} ${reason}`.trim()]],
    ),
  );
}

describe('what the network says, in words', () => {
  test('unreachable, prohibited, rejected, dropped', async (t) => {
    const through = namespace(t, NETWORK);
    const tcp = { type: 'tcp' as const, ...FAST };
    const udp = { type: 'udp' as const, ...FAST };
    const expecting = { ...udp, expect: { kind: 'bytes' as const, bytes: new Uint8Array() } };
    const table: readonly [string, ChildTarget['check'], string][] = [
      ['127.0.0.1', tcp, 'up'],
      ['192.0.2.1', tcp, 'down no route to host'],
      ['2001:db8::1', tcp, 'down no route to host'],
      ['203.0.113.1', tcp, 'down network unreachable'],
      ['198.51.100.1', tcp, 'lost not permitted by this node'],
      ['127.0.0.5', tcp, 'down no route to host'],
      ['127.0.0.7', tcp, 'down timed out after 150ms'],
      ['192.0.2.1', udp, 'down no route to host'],
      ['203.0.113.1', udp, 'down network unreachable'],
      ['198.51.100.1', udp, 'lost not permitted by this node'],
      // The kernel reports final errors only to a UDP socket (see udp.ts).
      ['127.0.0.5', udp, 'up'],
      ['127.0.0.8', udp, 'down no route to host'],
      ['127.0.0.6', udp, 'down refused'],
      ['127.0.0.7', udp, 'up'],
      ['127.0.0.7', expecting, 'down no answer within 150ms'],
    ];
    const targets = table.map(([address, check], index) => ({
      service: `s${index}`,
      address,
      port: 7000,
      check,
    }));
    // Three results each: what is said must not depend on the socket being new.
    const lines = await probeInChild(t, { through, targets, listenPort: 7000 }, (seen) =>
      targets.every(
        ({ service }) => seen.filter((line) => line.signal?.startsWith(`${service}/`)).length >= 3,
      ),
    );
    const said = last(lines);
    for (const [index, [address, { type }, expected]] of table.entries()) {
      assert.equal(said.get(`s${index}`), expected, `${type} ${address}`);
    }
  });

  for (const source of [null, '127.0.0.1']) {
    test(`out of local ports is no fault of the servers (source ${source})`, async (t) => {
      const through = namespace(t, ['sysctl -qw net.ipv4.ip_local_port_range="40000 40003"']);
      const targets = Array.from({ length: 12 }, (_, index) => ({
        service: `s${index}`,
        address: '127.0.0.1',
        port: 7000,
        check: { type: 'tcp' as const, mode: 'hold' as const, source, ...FAST },
      }));
      // The sentinels of some targets take all four ports.
      const lines = await probeInChild(t, { through, targets, listenPort: 7000 }, (seen) =>
        seen.some(({ state }) => state === 'lost'),
      );
      assert.deepEqual(
        lines.filter(({ state }) => state === 'down'),
        [],
      );
      const lost = lines.filter(({ state }) => state === 'lost');
      assert.deepEqual(new Set(lost.map(({ reason }) => reason)), new Set(['out of local ports']));
      assert.match(lines.find(({ event }) => event)?.message ?? '', /out of local ports/);
    });
  }

  test('few file descriptors: probes have them first, and none is lost', async (t) => {
    const lines = await probeUnderLimit(t, 'shares', (seen) => {
      const up = seen.filter(({ state }) => state === 'up').map(({ signal }) => signal);
      return new Set(up).size >= 120 && up.length >= 300;
    });
    assert.deepEqual(lines.filter(isFault), []);
    const [short, ...more] = lines.filter(({ event }) => event !== undefined);
    assert.match(short?.message ?? '', /of 60 servers with mode: hold have no sentinel/);
    assert.deepEqual(more, []);
  });

  test('out of file descriptors: lost, said at a bounded rate, and the process lives on', async (t) => {
    const lines = await probeUnderLimit(
      t,
      'greedy',
      (seen) => seen.filter(({ state }) => state === 'lost').length >= 150,
    );
    const lost = lines.filter(({ state }) => state === 'lost');
    for (const { reason } of lost) assert.equal(reason, 'out of file descriptors');
    assert.deepEqual(
      lines.filter((line) => isFault(line) && line.state === 'down'),
      [],
    );
    const notices = lines.filter(({ event }) => event === 'probe_impossible');
    assert.ok(notices.length >= 1 && notices.length <= 5, `${notices.length} notices`);
  });
});

/** Not up, and not because this machine was slow. */
function isFault({ state, reason = '' }: ChildLine): boolean {
  const isLate = /^(?:timed out|no answer)/.test(reason);
  return state === 'lost' || (state === 'down' && !isLate);
}

/** 120 servers, half of them with sentinels, in a process with few descriptors. */
async function probeUnderLimit(
  t: TestContext,
  how: 'shares' | 'greedy',
  enough: (lines: readonly ChildLine[]) => boolean,
): Promise<ChildLine[]> {
  // An HTTP server for a GET, an agent for who says nothing.
  const { port } = await tcpServer(t, (socket) => {
    socket.once('data', () => socket.end('HTTP/1.1 204 No Content\r\n\r\n'));
  });
  const { port: agentPort } = await tcpServer(t, (socket) => socket.end('up\n'));
  const udp = createSocket('udp4');
  t.after(() => udp.close());
  udp.on('message', (question, from) => {
    // A question for DNS, which it answers with no error and no record.
    if (question.length > 12) udp.send(answered(question), from.port, from.address);
  });
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
  const { port: udpPort } = udp.address();
  const others: readonly Pick<ChildTarget, 'port' | 'check'>[] = [
    { port: udpPort, check: { type: 'udp', ...PATIENT } },
    { port, check: { type: 'http', ...PATIENT } },
    { port: agentPort, check: { type: 'agent', ...PATIENT } },
    // How it fails without a descriptor has a test of its own.
    ...(how === 'shares'
      ? [{ port: udpPort, check: { type: 'dns' as const, answer: 'any' as const, ...PATIENT } }]
      : []),
  ];
  const hold = { port, check: { type: 'tcp' as const, mode: 'hold' as const, ...PATIENT } };
  const targets = Array.from({ length: 120 }, (_, index) => ({
    service: `s${index}`,
    address: '127.0.0.1',
    ...(index % 2 === 0 ? hold : (others[(index >> 1) % others.length] ?? hold)),
  }));
  const through = ['sh', '-c', 'ulimit -n 90; exec "$@"', 'sh'];
  const greedy = how === 'greedy' ? { listenPort: how } : {};
  return probeInChild(t, { through, targets, ...greedy }, enough);
}

function answered(question: Buffer): Buffer {
  const answer = Buffer.from(question);
  answer[2] = 0x81;
  answer[3] = 0x80;
  return answer;
}
