import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { communityNumbers } from '../../../src/config/parse/community.ts';
import { imported } from './healthcheck-read.ts';
import { exabgpPython } from './python.ts';

/** A route as a line of text, the same for both. */
function lineOf(parts: Readonly<Record<string, unknown>>): string {
  return Object.entries(parts)
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(', ');
}

/** What healthcheck itself announces, where the check is up: once, for `--interval 0`. */
function theirs(options: readonly string[]): string[] {
  const start = ['-m', 'exabgp', 'healthcheck', '--no-syslog', '--no-ack', '--no-ip-setup'];
  const once = ['--interval', '0', '--rise', '1', '--cmd', 'true'];
  const said = execFileSync(exabgpPython(), [...start, ...once, ...options], {
    encoding: 'utf8',
    input: '',
  });
  return said
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [selectors = '', rest = ''] = line.split(/ ?announce route /u);
      const one = (key: string): string =>
        new RegExp(` ${key} (?:\\[ ([^\\]]*) \\]|(\\S+))`, 'u').exec(rest)?.slice(1).join('') ?? '';
      const list = (key: string): string[] =>
        one(key)
          .split(/[\s,]+/u)
          .filter((word) => word !== '')
          .map(communityNumbers);
      const neighbors = selectors.split(/,? ?neighbor /u).filter((name) => name !== '');
      return (neighbors.length === 0 ? [''] : neighbors).map((neighbor) =>
        lineOf({
          prefix: rest.split(' ')[0],
          neighbor,
          path: one('path-information'),
          nextHop: one('next-hop'),
          med: one('med'),
          preference: one('local-preference'),
          asPath: list('as-path'),
          communities: list('community'),
          large: list('large-community'),
          extended: list('extended-community'),
        }),
      );
    });
}

function ours(options: readonly string[]): string[] {
  const words = options.map((word) => `"${word}"`).join(' ');
  const { config } = imported(`process a { run exabgp healthcheck --cmd true ${words}; }`);
  return config.routes.map(({ prefix, neighbor, pathId, attributes }) =>
    lineOf({
      prefix,
      neighbor: neighbor ?? '',
      path: pathId ?? '',
      nextHop: attributes.nextHop,
      med: attributes.med,
      preference: attributes.localPreference ?? '',
      asPath: attributes.asPath,
      communities: attributes.communities,
      large: attributes.largeCommunities,
      extended: attributes.extendedCommunities,
    }),
  );
}

const commandLines: readonly (readonly string[])[] = [
  ['--ip', '192.0.2.1'],
  ['--ip', '192.0.2.1', '--ip', '192.0.2.8/29', '--up-metric', '0', '--increase', '0'],
  ['--ip', '192.0.2.8/30', '--ip', '192.0.2.1', '--start-ip', '3', '--deaggregate-networks'],
  ['--ip', '192.0.2.1', '--ip', '192.0.2.2', '--start-ip', '-1', '--increase', '-7'],
  ['--ip', '192.0.2.1', '--neighbor', '10.0.0.1', '--neighbor=10.0.0.2', '-N', '10.0.0.9'],
  ['--ip', '2001:db8::/126', '--dea', '--next-hop', '2001:db8::9', '--up-metric=4294967000'],
  ['--ip', '192.0.2.1', '--community', '65000:1 no-export', '--large-community', '1:2:3 4:5:6'],
  ['--ip', '192.0.2.1', '--extended-community', 'target:65000:1', '--local-preference', '0'],
  ['--ip', '192.0.2.1', '--as-path', '1 2', '--path-id', '0', '--local-preference', '-1'],
  ['--ip', '192.0.2.1', '--as-path', '1 2', '--up-as-path', '3', '--path-id', '7'],
];

describe('the routes are those that healthcheck announces itself', () => {
  for (const options of commandLines) {
    test(options.join(' '), () => {
      assert.deepEqual(ours(options), theirs(options));
    });
  }
});
