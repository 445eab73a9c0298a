import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Decisions, differences } from '../../../src/cli/replay/difference.ts';
import { summarize } from '../../../src/cli/replay/summary.ts';
import type { Config } from '../../../src/model/config.ts';
import type { Observation } from '../../../src/model/observation.ts';
import { config, down, route, server, service, up } from '../../core/fixtures.ts';
import { record, replayLines, type Replayed } from '../../sinks/journal/harness.ts';

/** One server that is probed each second, five times as often while it is unsettled. */
function falling(fall: number): Config {
  return config({
    services: [service('web', [server('web/a', null, { rise: 2, fall })])],
    routes: [route('192.0.2.10/32', 'web')],
  });
}

/** Every result of a check whose server is away for a while. */
function outage(fromMs: number, toMs: number, endMs: number): readonly Observation[] {
  const results: Observation[] = [];
  for (let atMs = 0; atMs <= endMs; atMs += 200) {
    results.push(atMs >= fromMs && atMs < toMs ? down('web/a', atMs) : up('web/a', atMs));
  }
  return results;
}

function replayWith(before: Config, after: Config, results: readonly Observation[]): Replayed {
  const lines = record(before, results, [], () => 0).map((one) => JSON.stringify(one));
  return replayLines(lines, after);
}

function words({ replayed }: Replayed): readonly string[] {
  return replayed.map(({ wallMs, state }) => `${wallMs} ${state}`);
}

/** The same with a table in the kernel; what the sinks did is not in the journal. */
function weighed(fall: number): Config {
  const { services, ...more } = falling(fall);
  const virtual = { kind: 'fwmark', mark: 1 } as const;
  const [web] = services;
  assert.ok(web);
  return { ...more, ipvs: { via: 'netlink', dryRun: false }, services: [{ ...web, virtual }] };
}

describe('a replay with another configuration', () => {
  test('decides earlier with a smaller fall', () => {
    const result = replayWith(falling(5), falling(2), outage(1000, 5000, 8000));
    assert.deepEqual(words(result), ['200 announced', '1200 withdrawn', '5200 announced']);
    assert.equal(result.replayer.isExact, false);
  });

  test('counts results that the journal left out, because they changed nothing then', () => {
    const result = replayWith(falling(2), falling(5), outage(1000, 5000, 8000));
    assert.deepEqual(words(result), ['200 announced', '1800 withdrawn', '5200 announced']);
  });

  test('makes no more of an outage than it was', () => {
    const result = replayWith(falling(2), falling(5), outage(1000, 1600, 8000));
    assert.deepEqual(words(result), ['200 announced']);
  });

  test('answers for the sinks, as theirs was another world', () => {
    const bases = new Map([['web/a', { weight: 100, isDrained: false }]]);
    const lines = record(
      weighed(5),
      outage(1000, 5000, 8000),
      [
        { atMs: 0, control: { kind: 'ipvs', state: 'connected' } },
        { atMs: 0, control: { kind: 'table', bases, missing: new Set() } },
      ],
      () => 0,
    );
    const { replayed } = replayLines(
      lines.map((one) => JSON.stringify(one)),
      weighed(2),
    );
    assert.deepEqual(
      replayed.map(({ wallMs, kind, to }) => `${wallMs} ${kind} ${to.split(' ')[0]}`),
      [
        '200 weight 100',
        '200 route announced',
        '1200 route withdrawn',
        '1200 weight 0',
        '5200 weight 100',
        '5200 route announced',
      ],
    );
  });

  test('carries out its own deadlines', () => {
    const slow = config({
      ...falling(2),
      services: [service('web', [server('web/a', null, { rise: 2, fall: 2, downdelayMs: 700 })])],
    });
    const result = replayWith(falling(2), slow, outage(1000, 5000, 8000));
    assert.deepEqual(words(result), ['200 announced', '1900 withdrawn', '5200 announced']);
  });
});

function sides({ recorded, replayed }: Replayed): readonly [Decisions, Decisions] {
  const [left, right] = [new Decisions(), new Decisions()];
  for (const one of recorded) left.add(one);
  for (const one of replayed) right.add(one);
  return [left, right];
}

describe('the difference', () => {
  test('names what one side alone decided, in the order of time', () => {
    const [left, right] = sides(replayWith(falling(2), falling(9), outage(1000, 2000, 8000)));
    assert.deepEqual(
      differences(left, right, 100).map(({ side, decided }) => `${side} ${decided.to}`),
      ['recorded withdrawn', 'recorded announced next-hop self med 100'],
    );
  });

  test('is none where both decided the same within the lateness of timers', () => {
    const [left, right] = sides(replayWith(falling(2), falling(2), outage(1000, 2000, 8000)));
    assert.deepEqual(differences(left, right, 0), []);
    const later = new Decisions();
    for (const one of right.byKey.values()) {
      for (const each of one) later.add({ ...each, wallMs: each.wallMs + 100 });
    }
    assert.deepEqual(differences(left, later, 100), []);
    assert.equal(differences(left, later, 99).length, 6);
  });

  test('comes with routes flapped and the time withdrawn', () => {
    const [left, right] = sides(replayWith(falling(2), falling(9), outage(1000, 2000, 8000)));
    assert.deepEqual(summarize(left, 8000), {
      flapped: 1,
      withdraws: 1,
      withdrawnMs: 1000,
      weightChanges: 0,
    });
    assert.equal(summarize(right, 8000).flapped, 0);
  });
});
