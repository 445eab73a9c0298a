import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromHealthcheck } from '../../../src/cli/import/from-healthcheck.ts';
import { writeYaml } from '../../../src/cli/import/write-yaml.ts';
import type { Config } from '../../../src/model/config.ts';
import { accepted } from '../../config/read.ts';

const conf = `process web {
  run python3 -m exabgp healthcheck --withdraw-on-down --cmd "curl -sf 'http://127.0.0.1/' > /dev/null" --ip 192.0.2.1/32 --ip 192.0.2.2 --up-metric 50 --interval 2 --timeout 10 --rise 1 --fall=4 --community 65000:1 --next-hop 10.0.0.1;
  encoder text;
}
# process old { run python3 -m exabgp healthcheck --cmd x; }
process "dns check" {
  run /usr/lib/exabgp/healthcheck.py -c "nc -z -w 1 127.0.0.1 53" --ip 2001:db8::53/128 --neighbor 10.0.0.9 --execute "logger x" --local-preference 300;
}
process other { run /usr/bin/something-else; }
`;

function imported(text: string): { readonly config: Config; readonly yaml: string } {
  const result = fromHealthcheck(text);
  assert.ok(result.ok, JSON.stringify(result));
  const yaml = writeYaml(result.draft, 'exabgp.conf');
  return { config: accepted(yaml).config, yaml };
}

describe('import exabgp-healthcheck', () => {
  test('checks become signals and services, addresses become routes', () => {
    const { config, yaml } = imported(conf);
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
    assert.equal(dns.realServers[0].check.type, 'tcp');
    assert.deepEqual(
      config.routes.map(({ key, attributes }) => [
        key,
        attributes.nextHop,
        attributes.med,
        attributes.localPreference,
      ]),
      [
        ['192.0.2.1/32', '10.0.0.1', 50, null],
        ['192.0.2.2/32', '10.0.0.1', 51, null],
        ['2001:db8::53/128@10.0.0.9', 'self', 100, 300],
      ],
    );
    assert.deepEqual(config.routes[0]?.attributes.communities, ['65000:1']);
    assert.match(yaml, /# .*left out: --execute/u);
    assert.match(yaml, /# .*announced a worse metric while down/u);
    assert.deepEqual(config.ipvs, { via: 'off' });
  });

  test('what is wrong is told with its place', () => {
    const text =
      'process a {\n  run python3 -m exabgp healthcheck --cmd "x --ip 192.0.2.1;\n}\nprocess b {\n  run exabgp healthcheck --ip nowhere;\n}\n';
    const result = fromHealthcheck(text);
    assert.equal(result.ok, false);
    assert.deepEqual(
      result.ok
        ? []
        : result.problems.map(
            ({ line, column, message }) => `${line}:${column}: ${message.slice(0, 24)}`,
          ),
      [
        '2:3: a quote is not closed',
        '5:3: --cmd is missing: there ',
        '5:3: --ip nowhere: expected a',
      ],
    );
  });
});
