import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Config } from '../../src/model/config.ts';
import type { Control } from '../../src/model/control.ts';
import type { Observation } from '../../src/model/observation.ts';
import { takeCheckpoint } from '../../src/core/checkpoint.ts';
import {
  parseCheckpoint,
  formatCheckpoint,
  shiftCheckpoint,
} from '../../src/protocol/checkpoint.ts';
import { connected, Drive, inKernel, table, withIpvs } from './drive.ts';
import { config, down, lost, plain, route, server, service, signal, up } from './fixtures.ts';

/** The next process, `gapMs` after the old one died at `atMs`; through JSON, as on disk. */
function restart(old: Drive, atMs: number, gapMs: number, rules: Config): Drive {
  const text = formatCheckpoint(
    { boot: 'boot', aliveMs: 0, offsetMs: 0 },
    JSON.stringify(takeCheckpoint(old.core)),
  );
  const { checkpoint } = parseCheckpoint(text);
  const resume: Control = {
    kind: 'resume',
    checkpoint: shiftCheckpoint(checkpoint, -atMs - gapMs),
  };
  return new Drive(rules, resume);
}

function adopted(...keys: readonly string[]): Control {
  return { kind: 'adopted', keys };
}

function results(isUp: readonly boolean[]): readonly Observation[] {
  return ['web/a', 'web/b', 'web/c'].map((key, index) =>
    isUp[index] === true ? up(key, 0) : down(key, 0),
  );
}

const none: readonly string[] = [];
const quick = { ...plain, rise: 2, fall: 3 };

describe('a restart', () => {
  test('keeps the hysteresis of a service', () => {
    const servers = ['a', 'b', 'c'].map((name) => server(`web/${name}`, null, quick));
    const web = service('web', servers, {
      quorum: { kind: 'weight', weight: 2 },
      hysteresis: { kind: 'weight', weight: 1 },
    });
    const rules = config({ services: [web], routes: [route('r', 'web')] });
    const old = new Drive(rules);
    const all = ['web/a', 'web/b', 'web/c'];
    for (let at = 0; at < 3; at += 1) old.at(at * 1000, ...all.map((key) => up(key, 0)));
    for (let at = 3; at < 6; at += 1) {
      old.at(at * 1000, up('web/a', 0), up('web/b', 0), down('web/c', 0));
    }
    const next = restart(old, 6000, 300, rules);
    assert.deepEqual(next.at(10, adopted('r')), none);
    assert.deepEqual(next.at(800, up('web/a', 0), up('web/b', 0), down('web/c', 0)), [
      'r announced',
    ]);
    assert.deepEqual(next.at(60_000), none);
  });

  test('lets an updelay that ran go on from where it began', () => {
    const rules = config({
      signals: [signal('s', { updelayMs: 15_000 })],
      routes: [route('r', 's')],
    });
    const old = new Drive(rules);
    old.at(0, down('s', 0));
    old.at(20_000, up('s', 0));
    const next = restart(old, 30_000, 1000, rules);
    assert.equal(next.core.graph.routes.get('r')?.state, 'withdrawn');
    // 11 of the 15 s have passed.
    assert.deepEqual(next.at(500, up('s', 0)), none);
    assert.deepEqual(next.at(3_999), none);
    assert.deepEqual(next.at(4_001), ['r announced']);
  });

  test('begins an updelay anew where the first result is contrary', () => {
    const rules = config({
      signals: [signal('s', { updelayMs: 15_000 })],
      routes: [route('r', 's')],
    });
    const old = new Drive(rules);
    old.at(0, down('s', 0));
    old.at(20_000, up('s', 0));
    const next = restart(old, 30_000, 1000, rules);
    next.at(500, down('s', 0));
    next.at(600, up('s', 0));
    assert.deepEqual(next.at(15_599), none);
    assert.deepEqual(next.at(15_601), ['r announced']);
  });

  test('releases no route that damping suppresses', () => {
    const damping = { halfLifeMs: 30_000, suppress: 2, reuse: 1 };
    const rules = config({ signals: [signal('s', { damping })], routes: [route('r', 's')] });
    const straight = new Drive(rules);
    const old = new Drive(rules);
    for (const drive of [straight, old]) {
      for (let at = 0; at < 4; at += 1) {
        drive.at(at * 1000, up('s', 0));
        drive.at(at * 1000 + 500, down('s', 0));
      }
      drive.at(5000, up('s', 0));
    }
    const next = restart(old, 6000, 600, rules);
    assert.deepEqual(next.at(100, up('s', 0)), none);
    const reuse = straight.at(300_000).length;
    const again = next.at(300_000);
    assert.deepEqual(again, ['r announced']);
    assert.equal(reuse, 1);
    const atMs = straight.last?.decisions[0]?.atMs;
    assert.equal(next.last?.decisions[0]?.atMs, atMs === undefined ? NaN : atMs - 6600);
  });

  test('gives max_withdraw no new budget, however often', () => {
    const names = ['a', 'b', 'c', 'd'];
    const rules = config({
      maxWithdraw: { share: 0.5, perMs: 60_000 },
      signals: names.map((name) => signal(name)),
      routes: names.map((name) => route(`r${name}`, name)),
    });
    const old = new Drive(rules);
    old.at(0, ...names.map((name) => up(name, 0)));
    assert.deepEqual(old.at(1000, ...names.map((name) => down(name, 0))), [
      'ra withdrawn',
      'rb withdrawn',
      'rc held',
      'rd held',
      '! withdraws_held',
    ]);
    let drive = restart(old, 1100, 100, rules);
    for (let life = 0; life < 20; life += 1) {
      const lines = [...drive.at(0), ...drive.at(10, adopted('rc', 'rd'))];
      assert.ok(!lines.includes('rc withdrawn'), lines.join(', '));
      drive.at(500, ...names.map((name) => down(name, 0)));
      drive = restart(drive, 600, 400, rules);
    }
    // Room comes 60 s after the first two, 20.2 s after which this life began.
    assert.deepEqual(drive.at(39_700, adopted('rc', 'rd')), none);
    assert.deepEqual(
      drive.at(39_900).filter((line) => line.endsWith('withdrawn')),
      ['rc withdrawn', 'rd withdrawn'],
    );
  });

  test('leaves degrade at its step', () => {
    const servers = ['a', 'b', 'c'].map((name) => server(`web/${name}`, null, quick));
    const degrade = [
      {
        belowPercent: 70,
        withdraw: false,
        med: { kind: 'add' as const, value: 100 },
        communities: [],
      },
      { belowPercent: 40, withdraw: true, med: null, communities: [] },
    ];
    const rules = config({
      services: [service('web', servers)],
      routes: [route('r', 'web', { degrade })],
    });
    const old = new Drive(rules);
    const lives = (alive: readonly boolean[], fromMs: number): void => {
      for (let at = 0; at < 3; at += 1) old.at(fromMs + at * 1000, ...results(alive));
    };
    lives([true, true, true], 0);
    lives([true, true, false], 3000);
    assert.equal(medOf(old), 200);
    const degraded = restart(old, 6000, 300, rules);
    degraded.at(10, adopted('r'));
    assert.deepEqual(degraded.at(700, ...results([true, true, false])), ['r announced']);
    assert.equal(medOf(degraded), 200);
    assert.deepEqual(degraded.at(60_000), none);

    lives([true, false, false], 6000);
    const gone = restart(old, 9000, 300, rules);
    const lines = [
      ...gone.at(0),
      ...gone.at(700, ...results([true, false, false])),
      ...gone.at(60_000),
    ];
    assert.deepEqual(lines, ['r withdrawn']);
  });

  test('announces nothing for what was up before anything good is seen of it', () => {
    const rules = config({ signals: [signal('s')], routes: [route('r', 's')] });
    const old = new Drive(rules);
    old.at(0, up('s', 0));
    const next = restart(old, 1000, 100, rules);
    assert.deepEqual(next.at(5_000), none);
    assert.deepEqual(next.at(5_001, up('s', 0)), ['r announced']);
  });

  test('keeps since when, falls, and what stands behind an observer that is lost', () => {
    const hold = { ...quick, onLost: 'hold' as const, lostHoldMs: 1000 };
    const rules = config({
      signals: [signal('a', quick), signal('b', quick), signal('c', hold)],
    });
    const old = new Drive(rules);
    old.at(0, up('a', 0), up('b', 0), up('c', 0));
    old.at(1000, up('a', 0), up('b', 0), up('c', 0));
    for (let at = 2; at < 5; at += 1) old.at(at * 1000, up('a', 0), down('b', 0, 'refused'));
    old.at(5000, lost('c', 0, 'gone'));
    old.at(7000);
    const next = restart(old, 10_000, 1000, rules);
    next.at(100, up('a', 0));
    const stateOf = (key: string) => next.core.graph.targets.get(key)?.state;
    assert.equal(stateOf('a')?.sinceMs, 1000 - 11_000);
    assert.equal(stateOf('b')?.verdict, 'down');
    assert.equal(stateOf('b')?.cause?.reason, 'refused');
    assert.equal(stateOf('b')?.sinceMs, 4000 - 11_000);
    assert.equal(stateOf('b')?.falls, 1);
    assert.equal(stateOf('c')?.verdict, 'unknown');
    assert.equal(stateOf('c')?.wasUp, true);
  });

  test('that is followed by another before the first result forgets nothing', () => {
    const slow = { ...quick, updelayMs: 60_000 };
    const rules = config({ signals: [signal('s', slow)], routes: [route('r', 's')] });
    const old = new Drive(rules);
    old.at(0, up('s', 0));
    old.at(100, up('s', 0));
    old.at(70_000);
    let drive = old;
    let atMs = 71_000;
    for (let life = 0; life < 20; life += 1) {
      drive = restart(drive, atMs, 500, rules);
      assert.deepEqual(drive.at(300, adopted('r')), none);
      atMs = 300;
    }
    assert.deepEqual(drive.at(9_000, up('s', 0)), ['r announced']);
  });

  test('lets a server go on with its slow start, and stay out of its pool', () => {
    const web = inKernel([100, 100, 100], { slowStartMs: 10_000, minPooledPercent: 60 });
    const rules = withIpvs({ services: [web] });
    const keys = ['web/a', 'web/b', 'web/c'];
    const old = new Drive(rules);
    old.at(0, connected, table({ 'web/a': 100, 'web/b': 100, 'web/c': 100 }));
    old.at(10, ...keys.map((key) => up(key, 0)));
    // The first that fails is taken out; the second is kept by min_pooled.
    old.at(1000, down('web/c', 0));
    old.at(2000, down('web/a', 0));
    old.at(3000, up('web/a', 0));
    old.at(3500, down('web/b', 0));
    old.at(4000);
    const before = new Map([...old.core.weights].map(([key, { weight }]) => [key, weight]));
    const next = restart(old, 4000, 0, rules);
    next.at(5, connected, table({ 'web/a': 100, 'web/b': 100, 'web/c': 100 }));
    next.at(20, up('web/a', 0), down('web/b', 0), down('web/c', 0));
    const after = new Map([...next.core.weights].map(([key, { weight }]) => [key, weight]));
    assert.deepEqual(after, before);
  });

  test('takes nothing from what the configuration does not have', () => {
    const old = new Drive(config({ signals: [signal('x')], routes: [route('r', 'x')] }));
    old.at(0, up('x', 0));
    const rules = config({ signals: [signal('y')], routes: [route('q', 'y')] });
    const next = restart(old, 1000, 100, rules);
    assert.deepEqual(next.at(10_001), ['q withdrawn']);
  });
});

function medOf(drive: Drive): number | null | undefined {
  const intent = drive.core.intents.get('r');
  return intent?.kind === 'announce' ? intent.attributes.med : undefined;
}
