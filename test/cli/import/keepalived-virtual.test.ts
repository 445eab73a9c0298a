import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromIpvs } from '../../../src/cli/import/from-ipvs.ts';
import { noteText } from '../../../src/cli/import/draft.ts';
import { withPaceHints } from '../../../src/cli/import/pace-hints.ts';
import { addressesOf, read, server } from './keepalived-reading.ts';

const ofKind = (kind: string): string => `virtual_server 192.0.2.1 80 {
 protocol TCP
 lb_kind ${kind}
 real_server 10.0.0.1 0 { TCP_CHECK { } }
 real_server 10.0.0.2 8080 { TCP_CHECK { } }
}
`;

const onDown = (service: string, one: string, two: string): unknown => {
  const reading = read(`virtual_server 192.0.2.1 80 {
 protocol TCP
 ${service}
 real_server 10.0.0.1 80 { TCP_CHECK { }
 ${one} }
 real_server 10.0.0.2 80 { TCP_CHECK { }
 ${two} }
}
`);
  return [reading.config.services[0]?.onDown, reading.notes.length];
};

const udpConf = (port: number): string =>
  `virtual_server 192.0.2.1 ${port} {\n protocol UDP\n delay_loop 1\n real_server 10.0.0.1 ${port} { UDP_CHECK { } }\n}\n`;

const udpTable = (port: number): string =>
  `-A -u 192.0.2.1:${port} -s rr\n-a -u 192.0.2.1:${port} -r 10.0.0.1:${port} -m -w 1\n`;

const ports = (kind: string): unknown =>
  read(ofKind(kind)).config.services[0]?.realServers.map(({ port, check }) => [port, check.port]);

describe('virtual servers', () => {
  test('ranges, networks and marks of a group become a service each', () => {
    const text = `virtual_server_group G {
 192.0.2.1 80
 192.0.2.254-192.0.3.1 80
 192.0.2.8/31 80
 2001:db8::f-11 80
 fwmark 7 inet
 fwmark 7 inet6
 192.0.2.9/24 80
 192.0.2.9-3 80
}
virtual_server_group unused {
 192.0.2.99 80
}
virtual_server group G {
 protocol TCP
 foo
 real_server 10.0.0.1 80 { TCP_CHECK { } }
}
`;
    const { config, notes } = read(text);
    assert.deepEqual(
      config.services.map(({ name }) => name),
      [
        'tcp-80-192.0.2.1',
        'tcp-80-192.0.2.254',
        'tcp-80-192.0.2.255',
        'tcp-80-192.0.3.0',
        'tcp-80-192.0.3.1',
        'tcp-80-192.0.2.8',
        'tcp-80-192.0.2.9',
        'tcp-80-2001-db8--f',
        'tcp-80-2001-db8--10',
        'tcp-80-2001-db8--11',
        'fwmark-7',
      ],
    );
    assert.equal(notes.filter((note) => note.endsWith('foo: left out')).length, 1, 'once for all');
    assert.ok(
      notes.includes('8: 192.0.2.9/24 80: left out of the group G: it has bits behind its mask'),
    );
    assert.ok(
      notes.includes('9: 192.0.2.9-3 80: left out of the group G: its end is before its beginning'),
    );
    assert.ok(
      notes.includes('11: virtual_server_group unused { … }: left out, no virtual_server names it'),
    );
  });

  test('a service on all ports is probed for its route, and its weights are left alone', () => {
    const text = `virtual_server 192.0.2.1 {
 protocol TCP
 persistence_timeout 50
 real_server 10.0.0.1 { TCP_CHECK { connect_port 8080 } }
}
`;
    const { config, notes } = read(text);
    const [service] = config.services;
    assert.equal(service?.virtual, null);
    assert.deepEqual([service.name, service.realServers[0]?.port], ['tcp-all-192.0.2.1', 8080]);
    assert.equal(config.routes.length, 1);
    assert.match(notes.join('\n'), /tcp-all-192\.0\.2\.1: it serves all ports/u);
  });

  test('a guessed port is named with its service, and its check is off', () => {
    const text = `virtual_server fwmark 3 {
 real_server 10.0.0.1 { TCP_CHECK { } }
 real_server 10.0.0.2 0 { TCP_CHECK { } }
 real_server 10.0.0.3 0 { MISC_CHECK { misc_path /bin/x
  user bob } }
}
`;
    const { config, notes, yaml } = read(text);
    const checks = config.services[0]?.realServers.map(({ check }) => check) ?? [];
    assert.deepEqual(
      checks.map((check) => (check.type === 'exec' ? check.command.at(-1) : check.type)),
      ['/bin/true', '/bin/true', '/bin/x'],
    );
    const note =
      'fwmark-3: no port is named for 10.0.0.1, 10.0.0.2: 80 is a guess. The check is off (/bin/true: always up) ' +
      'until you know the port and write it: check: { type: tcp, port: PORT }.';
    assert.ok(notes.includes(note));
    assert.ok(yaml.includes(`\n  # ${note}\n`));
  });

  test('port 0 of a real server is that of its service; without NAT it always is', () => {
    assert.deepEqual(ports('NAT'), [
      [80, null],
      [8080, null],
    ]);
    assert.deepEqual(ports('DR'), [
      [80, null],
      [80, 8080],
    ]);
  });

  test('quorum and hysteresis stay within the weights, as in keepalived', () => {
    const { config, notes } = read(`virtual_server 192.0.2.1 80 {
 protocol TCP
 quorum 9
 hysteresis 9
 weight 2
 real_server 10.0.0.1 80 { TCP_CHECK { } }
 real_server 10.0.0.2 80 { weight 1
  TCP_CHECK { } }
}
`);
    const [service] = config.services;
    assert.deepEqual(
      service?.realServers.map(({ weight }) => weight),
      [2, 1],
    );
    assert.deepEqual(service.quorum, { kind: 'weight', weight: 3 });
    assert.deepEqual(notes, [
      '3: tcp-80-192.0.2.1: quorum 9 is cut to 3: all weights together are 3',
      '4: tcp-80-192.0.2.1: hysteresis 9 is cut to 0: the quorum is 3, and all weights together are 3',
    ]);
  });

  test('inhibit_on_failure counts at every level, and for all', () => {
    assert.deepEqual(onDown('', '', ''), ['remove', 0]);
    assert.deepEqual(onDown('inhibit_on_failure', '', ''), ['quiesce', 0]);
    assert.deepEqual(onDown('', 'inhibit_on_failure', 'inhibit_on_failure yes'), ['quiesce', 0]);
    assert.deepEqual(onDown('', 'inhibit_on_failure', ''), ['quiesce', 1]);
    assert.deepEqual(
      onDown('inhibit_on_failure', 'inhibit_on_failure off', 'inhibit_on_failure no'),
      ['remove', 0],
    );
  });

  test('a real server that cannot be read leaves the others alone', () => {
    const reading = read(`virtual_server 192.0.2.1 80 {
 protocol TCP
 real_server nowhere 80 { TCP_CHECK { } }
 real_server 10.0.0.2 80 extra { TCP_CHECK { } }
 real_server 10.0.0.2 80 { SMTP_CHECK { } }
}
`);
    assert.deepEqual(addressesOf(reading), [['10.0.0.2']]);
    assert.deepEqual(
      reading.notes.map((note) => note.slice(0, 60)),
      [
        '3: tcp-80-192.0.2.1: its real_server nowhere 80 { … } cannot',
        '4: extra after real_server 10.0.0.2 80: left out',
        '5: real_server 10.0.0.2:80 is here twice: the first counts',
      ],
    );
  });

  test('SCTP is carried over where a script probes it', () => {
    const block = '  MISC_CHECK { misc_path /bin/x\n user bob }';
    const { config } = read(server(block, 'SCTP'));
    assert.deepEqual(config.services[0]?.virtual, {
      kind: 'address',
      address: '192.0.2.1',
      port: 80,
      protocol: 'sctp',
    });
  });

  test('a missing protocol is named: keepalived takes UDP for it', () => {
    const { config, notes } = read(`virtual_server 192.0.2.1 53 {
 real_server 10.0.0.1 53 { DNS_CHECK { type SRV } }
}
virtual_server 192.0.2.1 80 {
 real_server 10.0.0.1 80 { TCP_CHECK { } }
}
`);
    assert.deepEqual(
      config.services.map(({ name }) => name),
      ['udp-53-192.0.2.1', 'tcp-80-192.0.2.1'],
    );
    assert.match(notes.join('\n'), /^4: virtual_server 192\.0\.2\.1 80 has no protocol: tcp by/mu);
  });
});

describe('hints beside the services', () => {
  const hint =
    '2 udp checks with expect: none share the address 10.0.0.1 and its limit of ICMP errors: each runs every ' +
    '2200ms and not every 1s; use expect: or a tcp check, or set icmp_interval';

  test('UDP checks that share an address are named, as check names them', () => {
    const { notes, yaml } = read(udpConf(1) + udpConf(2));
    assert.deepEqual(
      notes.filter((note) => note.endsWith(hint)),
      ['udp-1-192.0.2.1', 'udp-2-192.0.2.1'].map((name) => `${name}: ${hint}`),
    );
    assert.equal(yaml.split(`.1: ${hint}`).length, 3);
    assert.equal(read(udpConf(1)).notes.length, 0);
  });

  test('in an import of the IPVS table, too', () => {
    const imported = fromIpvs(udpTable(1) + udpTable(2));
    assert.ok(imported.ok);
    const { services } = withPaceHints(imported.draft);
    assert.deepEqual(
      services.map(({ notes }) => notes.some((note) => noteText(note).endsWith(hint))),
      [true, true],
    );
  });
});
