import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromIpvs } from '../../../src/cli/import/from-ipvs.ts';
import { withPaceHints } from '../../../src/cli/import/pace-hints.ts';
import { writeYaml } from '../../../src/cli/import/write-yaml.ts';
import { reportIcmpPace } from '../../../src/config/icmp-pace.ts';
import type { Config } from '../../../src/model/config.ts';
import type { Service } from '../../../src/model/service.ts';
import { accepted } from '../../config/read.ts';

const saved = `-A -t 192.0.2.10:443 -s mh -b mh-port
-a -t 192.0.2.10:443 -r 10.0.1.11:443 -g -w 100
-a -t 192.0.2.10:443 -r 10.0.1.12:443 -i --tun-type gue --tun-port 6080 --tun-nocsum -w 0
-A -t 192.0.2.10:80 -s wrr -p 300 -M 255.255.255.0
-a -t 192.0.2.10:80 -r 10.0.1.11:8080 -m -w 7
-A -u 192.0.2.20:514 -s rr --ops
-a -u 192.0.2.20:514 -r 10.0.2.11:514 -g -w 1
-A -t [2001:db8::10]:443 -s rr
-a -t [2001:db8::10]:443 -r [2001:db8:1::11]:443 -g -w 3
-A -f 7 -s rr
-a -f 7 -r 10.0.3.1:0 -g -w 2
-A -f 7 -6 -s rr
-a -f 7 -6 -r [2001:db8:3::1]:0 -g -w 2
-A --sctp-service 192.0.2.30:9 -s rr
-a --sctp-service 192.0.2.30:9 -r 10.0.4.1:9 -g -w 1
-A -t 192.0.2.40:0 -s rr -p 60
-a -t 192.0.2.40:0 -r 10.0.4.1:0 -g -w 1
-A -t 192.0.2.41:25 -s rr
-A -f 9 -s rr
`;

function configOf(text: string): { readonly config: Config; readonly yaml: string } {
  const imported = fromIpvs(text);
  assert.ok(imported.ok, JSON.stringify(imported));
  const yaml = writeYaml(withPaceHints(imported.draft), 'a file');
  return { config: accepted(yaml).config, yaml };
}

/** A service that was written as a comment, after its "# " was taken out. */
function switchedOn(yaml: string, name: string): Service | undefined {
  const [before = '', block = ''] = yaml
    .replace('services: {} #', 'services: #')
    .split(`  # ${name}:\n`);
  const on = block.replaceAll(/^ {2}# ( .*)$/gmu, '  $1');
  const { services } = accepted(`${before}  ${name}:\n${on}`).config;
  return services.find((service) => service.name === name);
}

function problemsOf(text: string): string[] {
  const imported = fromIpvs(text);
  assert.equal(imported.ok, false);
  return imported.ok
    ? []
    : imported.problems.map(({ line, column, message }) => `${line}:${column}: ${message}`);
}

describe('import ipvs', () => {
  test('what ipvsadm saves becomes a configuration that passes the check', () => {
    const { config, yaml } = configOf(saved);
    assert.deepEqual(
      config.services.map(({ name, virtual, realServers }) => [
        name,
        virtual,
        realServers.map(({ address, port, weight, check }) => [address, port, weight, check.type]),
      ]),
      [
        [
          'tcp-443-192.0.2.10',
          { kind: 'address', address: '192.0.2.10', port: 443, protocol: 'tcp' },
          [
            ['10.0.1.11', 443, 100, 'tcp'],
            ['10.0.1.12', 443, 0, 'tcp'],
          ],
        ],
        [
          'tcp-80-192.0.2.10',
          { kind: 'address', address: '192.0.2.10', port: 80, protocol: 'tcp' },
          [['10.0.1.11', 8080, 7, 'tcp']],
        ],
        [
          'udp-514-192.0.2.20',
          { kind: 'address', address: '192.0.2.20', port: 514, protocol: 'udp' },
          [['10.0.2.11', 514, 1, 'udp']],
        ],
        [
          'tcp-443-2001-db8--10',
          { kind: 'address', address: '2001:db8::10', port: 443, protocol: 'tcp' },
          [['2001:db8:1::11', 443, 3, 'tcp']],
        ],
      ],
    );
    assert.deepEqual(
      config.routes.map(({ prefix, when, attributes }) => [prefix, when.kind, attributes.nextHop]),
      [
        ['192.0.2.10/32', 'all', 'self'],
        ['192.0.2.20/32', 'name', 'self'],
        ['2001:db8::10/128', 'name', 'self'],
      ],
    );
    assert.deepEqual(config.ipvs, { via: 'netlink', dryRun: true });
    for (const left of [
      '--sctp-service 192.0.2.30:9',
      '-t 192.0.2.40:0',
      '-t 192.0.2.41:25',
      '-f 9',
    ]) {
      assert.match(yaml, new RegExp(`# ${left} is left out: `, 'u'));
    }
  });

  test('a weight that a configuration cannot say is left to the table', () => {
    const { config, yaml } = configOf(
      '-A -t 192.0.2.10:80 -s wrr\n' +
        '-a -t 192.0.2.10:80 -r 10.0.0.1:80 -g -w 65535\n' +
        '-a -t 192.0.2.10:80 -r 10.0.0.2:80 -g -w 65536\n',
    );
    const weights = config.services[0]?.realServers.map(({ weight }) => weight);
    assert.deepEqual(weights, [65_535, null]);
    assert.match(yaml, /10\.0\.0\.2:80" # 65536 in the table/u);
  });

  test('a firewall mark without a port is off until somebody says which port it is', () => {
    const { yaml } = configOf(saved);
    const about = /^ {2}# fwmark-7 is off: the table says no port, 80 is a guess, .* go to 0\.$/mu;
    assert.match(yaml, about);
    assert.deepEqual(
      switchedOn(yaml, 'fwmark-7')?.realServers.map(({ key, weight }) => [key, weight]),
      [
        ['fwmark-7/10.0.3.1:80', 2],
        ['fwmark-7/[2001:db8:3::1]:80', 2],
      ],
    );
    const alone = configOf('-A -f 7 -s rr\n-a -f 7 -r 10.0.3.1:0 -g -w 2\n');
    assert.deepEqual(alone.config.services, []);
    assert.equal(switchedOn(alone.yaml, 'fwmark-7')?.realServers.length, 1);
  });

  test('a firewall mark whose servers have ports is on', () => {
    const { config } = configOf('-A -f 7 -s rr\n-a -f 7 -r 10.0.3.1:8080 -m -w 2\n');
    assert.deepEqual(
      config.services.map(({ name, realServers }) => [name, realServers[0]?.port]),
      [['fwmark-7', 8080]],
    );
  });

  test('UDP services that share a host say what check says of them, and only those', () => {
    const { config, yaml } = configOf(
      [53, 123, 514]
        .map(
          (port) =>
            `-A -u 192.0.2.20:${port} -s rr\n-a -u 192.0.2.20:${port} -r 10.0.2.11:${port} -g\n`,
        )
        .join('') + '-A -u 192.0.2.21:53 -s rr\n-a -u 192.0.2.21:53 -r 10.0.2.12:53 -g\n',
    );
    const messages: string[] = [];
    reportIcmpPace(config, (_path, message) => messages.push(message));
    assert.equal(messages.length, 3);
    assert.match(
      messages[0] ?? '',
      /^3 udp checks .* every 3300ms and not every 1s; use expect: or a tcp check/u,
    );
    const hints = yaml.split('\n').filter((line) => line.includes('share the address'));
    const names = [53, 123, 514].map((port) => `udp-${port}-192.0.2.20`);
    assert.deepEqual(
      hints,
      names.map((name, index) => `  # ${name}: ${messages[index]}`),
    );
  });

  test('a real server that a firewall mark has more than once is one', () => {
    const { yaml } = configOf(
      '-A -f 7 -s rr\n-a -f 7 -r 10.0.0.1:0 -i -w 1\n-a -f 7 -r 10.0.0.1:80 -m -w 2\n' +
        '-A -f 7 -6 -s rr\n-a -f 7 -6 -r 10.0.0.1:0 -i -w 1\n',
    );
    const keys = switchedOn(yaml, 'fwmark-7')?.realServers.map(({ key }) => key);
    assert.deepEqual(keys, ['fwmark-7/10.0.0.1:80']);
  });

  test('an empty table becomes an empty configuration', () => {
    assert.deepEqual(configOf('\n# nothing\n').config.services, []);
  });

  test('every problem is reported with its place', () => {
    assert.deepEqual(
      problemsOf(
        [
          '-A -t 192.0.2.10:443 -s rr',
          'garbage',
          '-a -t 192.0.2.10:443 -r web1.example.com:https -g -w 1',
          '-a -t 192.0.2.10:443 -r 10.0.0.1:443 -g -w 2147483648',
          '-a -t 192.0.2.10:443 -r 10.0.0.1:443 -g -z',
          '-a -t 192.0.2.10:443 -g',
          '-A -f 0',
          '-A',
          '-a -t 192.0.2.99:443 -r 10.0.0.1:443 -w',
        ].join('\n'),
      ),
      [
        '2:1: expected a line that begins with -A or -a, as ipvsadm -Sn prints',
        '3:25: expected numbers, not names: save it by ipvsadm -Sn',
        '4:44: expected a weight from 0 to 2147483647',
        '5:41: unknown option "-z"',
        '6:7: the real server is missing: expected -r ADDRESS:PORT',
        '7:7: expected a firewall mark, a number from 1 on',
        '8:1: expected a service, such as -t 192.0.2.10:443 or -f 7',
        '9:38: -w has no value',
      ],
    );
    assert.deepEqual(
      problemsOf(
        '-a -t 192.0.2.99:443 -r 10.0.0.1:443\n-A -f 1\n-A -f 1\n-a -f 1 -r 10.0.0.1:1\n-a -f 1 -r 10.0.0.1:1\n',
      ),
      [
        '1:1: no line "-A …" before it adds the service -t 192.0.2.99:443',
        '3:1: the service -f 1 is here twice',
        '5:1: the real server 10.0.0.1:1 is here twice',
      ],
    );
  });

  test('whatever bytes come, it answers and never throws', () => {
    for (const text of [
      '\0\u001b[2J',
      '-A -t [::',
      '-a -f 1e3 -r',
      `-A -t ${'9'.repeat(100_000)}`,
    ]) {
      assert.ok(problemsOf(text).length > 0);
    }
  });
});
