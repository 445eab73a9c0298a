import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { fixture, imported, routesOf, withOptions } from './healthcheck-read.ts';

const conf = `process web {
  run python3 -m exabgp healthcheck --withdraw-on-down --cmd "curl -sf 'http://127.0.0.1/' > /dev/null" --ip 192.0.2.1/32 --ip 192.0.2.2 --up-metric 50 --interval 2 --timeout 10 --rise 1 --fall=4 --community 65000:1 --next-hop 10.0.0.1;
  encoder text;
}
# process old { run python3 -m exabgp healthcheck --cmd x; }
process "dns check" {
  run /usr/lib/exabgp/healthcheck.py -c "nc -z -w 1 127.0.0.1 53" --ip 192.0.2.53/32 --neighbor 10.0.0.9 --execute "logger x" --local-preference 300;
}
process other { run /usr/bin/something-else; }
`;

describe('import exabgp-healthcheck', () => {
  test('checks become signals and services, addresses become routes', () => {
    const result = imported(conf);
    const { config, yaml } = result;
    const [web] = config.signals;
    assert.ok(web?.type === 'exec');
    assert.deepEqual(
      [web.name, web.command, web.intervalMs, web.timeoutMs, web.settle.rise, web.settle.fall],
      [
        'web',
        ['/bin/sh', '-c', "(curl -sf 'http://127.0.0.1/' > /dev/null) || exit 2"],
        2_000,
        2_000,
        1,
        4,
      ],
    );
    const [dns] = config.services;
    assert.equal(dns?.virtual, null);
    assert.equal(dns.realServers[0]?.key, `${dns.name}/127.0.0.1:53`);
    const { check } = dns.realServers[0];
    assert.deepEqual([check.type, check.timeoutMs, check.fastIntervalMs], ['tcp', 1_000, 1_000]);
    assert.deepEqual(routesOf(result), [
      ['192.0.2.1/32', '10.0.0.1', 50],
      ['192.0.2.2/32', '10.0.0.1', 51],
      ['192.0.2.53/32@10.0.0.9', 'self', 100],
    ]);
    assert.deepEqual(config.routes[0]?.attributes.communities, ['65000:1']);
    assert.equal(config.routes[2]?.attributes.localPreference, 300);
    assert.match(yaml, /# line 7: --execute logger x: left out/u);
    assert.match(yaml, /# .*announced a worse metric while down/u);
    assert.match(yaml, /# line 9: process other: it runs no healthcheck/u);
    assert.deepEqual(config.ipvs, { via: 'off' });
  });

  test('what differs by default is written out', () => {
    const { yaml } = fixture('fi');
    assert.match(
      yaml,
      /interval: 8s, fast_interval: 1s, timeout: 5s, rise: 3, fall: 3, lost_hold: 12s/u,
    );
    // A check that hangs counts as down as soon as there: (fall - 1) × (fast + timeout).
    const { config } = withOptions('--fast-interval 0.5 -t 2 --fall 2');
    const [signal] = config.signals;
    assert.equal(signal?.settle.lostHoldMs, 2_500);
    assert.match(withOptions('').yaml, /interval: 5s, fast_interval: 1s/u);
    assert.match(withOptions('-i 0.5').yaml, /interval: 500ms, fast_interval: 500ms/u);
  });

  test('a switch takes no word with it', () => {
    const { config, notes } = fixture('debounce');
    const [signal] = config.signals;
    assert.ok(signal?.type === 'exec');
    assert.equal(signal.intervalMs, 30_000);
    assert.equal(notes.length, 1);
  });

  test('a command runs as it would there, whatever is in it', () => {
    const commands: readonly (readonly [text: string, code: number])[] = [
      ['exit 1', 2],
      ['true # (', 0],
      ["test 'a\tb\\\\c' = \"$(printf 'a\\\\011b%s' '\\\\c')\"", 0],
      ['cat <<E | grep -q ä\nä\nE', 0],
      ['false\n', 2],
      ['true \\\\', 0],
    ];
    for (const [text, code] of commands) {
      const quoted = text.replaceAll('"', String.raw`\"`).replaceAll('\n', String.raw`\n`);
      const { config } = imported(
        `process a { run exabgp healthcheck --ip 192.0.2.1 --cmd "${quoted}"; }`,
      );
      const [signal] = config.signals;
      assert.ok(signal?.type === 'exec');
      const [program = '', ...args] = signal.command;
      assert.equal(spawnSync(program, args).status, code, signal.command.join(' '));
    }
  });

  test('short options, each --neighbor, and 0 as a number', () => {
    const result = fixture('short-options');
    assert.deepEqual(routesOf(result), [
      ['192.0.2.44/32@192.0.2.2', '192.0.2.1', 0],
      ['192.0.2.44/32@192.0.2.3', '192.0.2.1', 0],
      ['192.0.2.45/32@192.0.2.2', '192.0.2.1', 0],
      ['192.0.2.45/32@192.0.2.3', '192.0.2.1', 0],
    ]);
    assert.ok(result.notes.some((note) => note.startsWith('2: --no-ack: left out')));
    assert.ok(result.notes.some((note) => note.startsWith('2: --silent: left out')));
  });

  test('a shell, env and the module: all are found, other programs are named', () => {
    const { config, notes } = fixture('mixed');
    assert.deepEqual(
      config.signals.map(({ name }) => name),
      ['plain', 'wrapped', 'dotted'],
    );
    assert.ok(notes.some((note) => note.startsWith('11: process own-script: it runs no')));
    const { config: other, notes: others } = imported(
      String.raw`process a { run sudo -n ip netns exec blue sh -c "cd /x; exec env A=1 B='2 3' exabgp healthcheck --cmd 'a b' --ip 192.0.2.1 2>>/log"; }
process b { run /opt/bin/my-healthcheck --port 1; }`,
    );
    const [signal] = other.signals;
    assert.ok(signal?.type === 'exec');
    assert.deepEqual(signal.command, [
      '/usr/bin/env',
      'A=1',
      'B=2 3',
      '/bin/sh',
      '-c',
      '(a b) || exit 2',
    ]);
    assert.ok(
      others.some((note) =>
        note.endsWith('around healthcheck: sudo -n ip netns exec blue cd /x 2>> /log: left out'),
      ),
      others.join('\n'),
    );
    assert.ok(others.some((note) => note.startsWith('2: process b: it is not understood')));
  });
});
