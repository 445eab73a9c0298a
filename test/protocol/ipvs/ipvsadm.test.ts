import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { ipvsadmLine, serviceLine } from '../../../src/protocol/ipvs/ipvsadm-line.ts';
import { parseHeading, parseListed, withCounts } from '../../../src/protocol/ipvs/ipvsadm-list.ts';
import { parseSaved } from '../../../src/protocol/ipvs/ipvsadm-save.ts';
import type { TableChange } from '../../../src/protocol/ipvs/table.ts';
import { services, server, sorted } from '../../e2e/ipvs-table-sample.ts';
import { destination, identity } from './arbitrary.ts';
import { goldenText } from './golden.ts';

const web = { kind: 'address', protocol: 'tcp', address: '192.0.2.10', port: 443 } as const;

test('golden: what ipvsadm saved and listed is the whole table', () => {
  const { services: saved, problems } = parseSaved(goldenText('saved.txt'));
  assert.deepEqual(problems, []);
  const listed = parseListed(goldenText('listed.txt'));
  assert.deepEqual(sorted(withCounts(saved, listed)), sorted(services));
});

test('golden: the heading', () => {
  assert.deepEqual(parseHeading(goldenText('listed.txt')), { version: '1.2.1', connTabSize: 4096 });
  assert.equal(parseHeading('Prot LocalAddress:Port'), null);
});

test('connections are read from the list', () => {
  const text =
    'TCP  192.0.2.10:443 wrr\n  -> 10.0.1.11:443                0          0          12         34        \n';
  const { services: saved } = parseSaved(
    '-A -t 192.0.2.10:443 -s wrr\n-a -t 192.0.2.10:443 -r 10.0.1.11:443 -m -w 1\n',
  );
  const [service] = withCounts(saved, parseListed(text));
  const [found] = service?.destinations ?? [];
  assert.deepEqual([found?.activeConnections, found?.inactiveConnections], [12, 34]);
});

test('lines for every kind of change', () => {
  const plain = server('10.0.1.11', 443, 0, 0);
  const tunnel = { type: 1, port: 6080, flags: 1 };
  const lines: readonly [TableChange, string][] = [
    [
      { kind: 'set', service: web, destination: plain },
      '-e -t 192.0.2.10:443 -r 10.0.1.11:443 -m -w 0',
    ],
    [
      {
        kind: 'add',
        service: web,
        destination: { ...plain, upperThreshold: 9, lowerThreshold: 3 },
      },
      '-a -t 192.0.2.10:443 -r 10.0.1.11:443 -m -w 0 -x 9 -y 3',
    ],
    [{ kind: 'remove', service: web, destination: plain }, '-d -t 192.0.2.10:443 -r 10.0.1.11:443'],
    [
      {
        kind: 'set',
        service: { kind: 'fwmark', mark: 7, family: 6 },
        destination: server('2001:db8::1', 0, 3, 5),
      },
      '-e -f 7 -6 -r [2001:db8::1]:0 -g -w 5',
    ],
    [
      {
        kind: 'set',
        service: { ...web, protocol: 'sctp' },
        destination: { ...plain, forwarding: 2, tunnel },
      },
      '-e --sctp-service 192.0.2.10:443 -r 10.0.1.11:443 -i -w 0 --tun-type gue --tun-port 6080 --tun-csum',
    ],
  ];
  for (const [change, line] of lines) assert.deepEqual(ipvsadmLine(change), { ok: true, line });
});

test('a service is named as ipvsadm saves it', () => {
  assert.deepEqual(serviceLine(web), { ok: true, line: '-A -t 192.0.2.10:443' });
  assert.deepEqual(serviceLine({ kind: 'fwmark', mark: 7, family: 6 }), {
    ok: true,
    line: '-A -f 7 -6',
  });
  assert.equal(serviceLine({ ...web, address: '10.0.0.1\n-C' }).ok, false);
});

test('a line of a change reads back as the same server', () => {
  fc.assert(
    fc.property(identity, destination, (service, wanted) => {
      const line = ipvsadmLine({ kind: 'add', service, destination: wanted });
      assert.ok(line.ok);
      const [, ...rest] = line.line.split(' -r ');
      const heading = line.line.slice(0, line.line.indexOf(' -r ')).replace('-a', '-A');
      assert.equal(rest.length, 1);
      const { services: read, problems } = parseSaved(`${heading} -s rr\n${line.line}\n`);
      assert.deepEqual(problems, []);
      assert.deepEqual(read[0]?.identity, service);
      assert.deepEqual(read[0]?.destinations, [wanted]);
    }),
  );
});

test('whatever a table holds, a line is one line of ipvsadm’s own words, or there is none', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('10.0.0.1\n-C', '10.0.0.1 -w 5', '::1', '10.0.0.1'),
  );
  const number = fc.oneof(fc.double(), fc.integer(), fc.nat(9));
  fc.assert(
    fc.property(
      text,
      text,
      fc.array(number, { minLength: 8, maxLength: 8 }),
      (one, other, numbers) => {
        const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = numbers;
        const more = {
          upperThreshold: d,
          lowerThreshold: e,
          tunnel: { type: f, port: g, flags: h },
        };
        const line = ipvsadmLine({
          kind: 'set',
          service: { ...web, address: one },
          destination: server(other, a, b, c, more),
        });
        if (line.ok)
          assert.match(
            line.line,
            /^-e -t [0-9a-f:.[\]]+ -r [0-9a-f:.[\]]+ -[mig] -w \d+( --?[a-z-]+( [a-z0-9]+)?)*$/,
          );
      },
    ),
    { numRuns: 1000 },
  );
});

test('lines that cannot be read are reported by number, the others are read', () => {
  const { services: read, problems } = parseSaved(
    [
      '# a comment',
      '-A -t 192.0.2.10:443 -s rr --new-option word -o',
      '-a -t 192.0.2.10:443 -r 10.0.1.11:443 -g -w 5 --later',
      '-a -t web:https -r 10.0.1.11:443 -g -w 5',
      '-a -t 192.0.2.11:443 -r 10.0.1.11:443 -g -w 5',
      '-a -t 192.0.2.10:443 -r localhost:443 -g -w 5',
      '-C -t 192.0.2.10:443',
    ].join('\n'),
  );
  assert.equal(read.length, 1);
  assert.deepEqual(
    read[0]?.destinations.map(({ weight }) => weight),
    [5],
  );
  assert.equal(read[0]?.flags, 4);
  assert.deepEqual(
    problems.map(({ line }) => line),
    [4, 5, 6, 7],
  );
});

test('any text is a table and problems, a bounded number of them', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 500 }), (text) => {
      parseListed(text);
      parseSaved(text);
    }),
  );
  assert.equal(parseSaved('x\n'.repeat(1000)).problems.length, 20);
});
