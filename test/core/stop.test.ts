import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Subject, NEVER, of, VirtualTimeScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { Control } from '../../src/model/control.ts';
import type { Observation } from '../../src/model/observation.ts';
import { pipeline } from '../../src/core/pipeline.ts';
import { createCore } from '../../src/core/create.ts';
import { observe } from '../../src/core/observe.ts';
import { takeTurn } from '../../src/core/turn.ts';
import { config, down, route, signal, up } from './fixtures.ts';
import { lastBecause, play } from './play.ts';

const drained = config({
  signals: [signal('x'), signal('y')],
  routes: [
    route('r', 'x', { drainMs: 5 }),
    route('s', 'y', { drainMs: 3 }),
    route('k', 'x', { onStop: 'keep' }),
  ],
});

describe('stop', () => {
  test('announces as going away for drain, then withdraws, then completes', () => {
    const turns = play(
      drained,
      { x: 'u', y: 'u', control: '--s' },
      { r: 'A-G----W', s: 'A-G--W', k: 'A', end: '-------|' },
    );
    const [, draining] = turns;
    const first = draining?.decisions[0];
    assert.deepEqual(first?.attributes?.communities, ['65535:0']);
    assert.equal(first?.attributes?.med, 1000);
    assert.deepEqual(first?.cause, { kind: 'stop', atMs: 2 });
    assert.equal(draining?.intents.routes.get('r')?.kind, 'announce');
    assert.equal(turns.at(-1)?.intents.routes.get('r')?.kind, 'withdraw');
    assert.equal(turns.at(-1)?.intents.routes.get('k')?.kind, 'announce');
  });

  test('a route that fails meanwhile is withdrawn at once; nothing is announced any more', () => {
    play(
      drained,
      { x: 'u--d-u', y: 'd--u', control: '-s' },
      { r: 'AG-W', s: 'W', k: 'A--W', end: '---|' },
    );
  });

  test('with no drain the withdraw comes at once', () => {
    const at0 = config({ signals: [signal('x')], routes: [route('r', 'x', { drainMs: 0 })] });
    play(at0, { x: 'u', control: '--s' }, { r: 'A-W', end: '--|' });
  });

  test('with nothing to do it completes at once', () => {
    play(drained, { x: 'd', y: 'd', control: '--s' }, { r: 'W', end: '--|' });
    play(drained, { control: '--s' }, { r: '', end: '--|' });
  });

  test('an adopted route without a decision is withdrawn without a drain', () => {
    const adopted = { kind: 'adopted', keys: ['r'] } as const;
    const turns = play(
      drained,
      { control: 'o-s' },
      { r: '--W', s: '', end: '--|' },
      { o: adopted },
    );
    assert.equal(lastBecause(turns, 'r'), 'stopping');
  });

  test('no budget holds it back, and a held route is drained as well', () => {
    const tight = { ...drained, maxWithdraw: { share: 0.4, perMs: 60_000 } };
    play(
      tight,
      { x: 'u--d', y: 'u-d', control: '----s' },
      { s: 'A-W', r: 'A--HG----W', k: 'A--H', end: '---------|' },
    );
  });

  test('a second stop or a new configuration changes nothing any more', () => {
    const empty = { kind: 'config', config: config({}) } as const;
    play(
      drained,
      { x: 'u', control: '-sns' },
      { r: 'AG----W', k: 'A', end: '------|' },
      { n: empty },
    );
  });

  test('observations of the same instant are judged before the stop', () => {
    play(drained, { x: 'u', y: 'u', control: 's' }, { r: '(AG)-W' });
  });
});

describe('the life of the pipeline', () => {
  test('the end of observations does not end it', () => {
    const scheduler = new TestScheduler(() => true);
    let completed = false;
    const turn$ = pipeline(of<Observation>(), NEVER, drained, scheduler);
    const subscription = turn$.subscribe({ complete: () => (completed = true) });
    scheduler.flush();
    assert.equal(completed, false);
    subscription.unsubscribe();
  });

  test('unsubscribing lets go of inputs and of everything scheduled', () => {
    const scheduler = new TestScheduler(() => true);
    const observation$ = new Subject<Observation>();
    const control$ = new Subject<Control>();
    const subscription = pipeline(observation$, control$, drained, scheduler).subscribe();
    observation$.next({ signal: 'x', state: 'up', reason: '', atMs: 0 });
    subscription.unsubscribe();
    assert.equal(observation$.observed || control$.observed, false);
    const { actions } = scheduler;
    assert.deepEqual(
      actions.filter((action) => !action.closed),
      [],
    );
  });

  test('unsubscribing lets go of the wait for a deadline too', () => {
    const scheduler = new VirtualTimeScheduler(undefined, 100);
    const subscription = pipeline(NEVER, NEVER, drained, scheduler).subscribe();
    scheduler.flush();
    // The first turn is over; what is left waits for startup_timeout.
    const open = (): number => scheduler.actions.filter((action) => !action.closed).length;
    assert.equal(open(), 1);
    subscription.unsubscribe();
    assert.equal(open(), 0);
  });

  test('what one target may queue in one instant is bounded, and the newest count', () => {
    const core = createCore(drained, 0);
    const seen = Array.from({ length: 10_000 }, (): Observation => down('x', 0));
    for (const observation of [...seen, up('x', 0)]) observe(core, observation);
    assert.equal(core.graph.targets.get('x')?.queue?.length, 256);
    assert.equal(takeTurn(core, 0)?.changes[0]?.to, 'up');
  });

  test('an error of an input is an error of the whole', () => {
    const failure = new Error('broken');
    for (const input of ['observation', 'control']) {
      const scheduler = new TestScheduler(() => true);
      const broken$ = new Subject<never>();
      const errors: unknown[] = [];
      const [one$, two$] = input === 'control' ? [NEVER, broken$] : [broken$, NEVER];
      pipeline(one$, two$, drained, scheduler).subscribe({ error: (error) => errors.push(error) });
      broken$.error(failure);
      assert.deepEqual(errors, [failure]);
    }
  });
});
