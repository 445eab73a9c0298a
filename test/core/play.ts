import assert from 'node:assert/strict';
import { concat, ignoreElements, map, merge, mergeMap, NEVER, share, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { Config } from '../../src/model/config.ts';
import type { Control } from '../../src/model/control.ts';
import type { Observation } from '../../src/model/observation.ts';
import type { Health, RouteState, Turn } from '../../src/model/turn.ts';
import { pipeline } from '../../src/core/pipeline.ts';

const stateOf: Record<string, Observation['state']> = { u: 'up', d: 'down', l: 'lost' };
const healthLetter: Record<Health, string> = { up: 'U', down: 'D', unknown: '?' };
const routeLetter: Record<RouteState, string> = {
  pending: 'P',
  announced: 'A',
  withdrawn: 'W',
  draining: 'G',
  held: 'H',
};

/**
 * Plays marbles through the whole pipeline, a frame a millisecond.
 *
 * Inputs, by signal: `u` up, `d` down, `l` lost. `control`: `s` stop, a digit that configuration
 * of `reloads`, any other letter those of `controls`.
 * Expected, by name: health `U`, `D`, `?`; a route `A` announced (also again), `W` withdrawn, `H` held,
 * `G` going away. `notices`: `n` each. `end`: the completion.
 */
export function play(
  config: Config,
  inputs: Readonly<Record<string, string>>,
  expected: Readonly<Record<string, string>>,
  controls: Readonly<Record<string, Control>> = {},
): readonly Turn[] {
  const turns: Turn[] = [];
  const scheduler = new TestScheduler((actual, wanted) => assert.deepEqual(actual, wanted));
  scheduler.run(({ hot, expectObservable }) => {
    const { control = '', ...signals } = inputs;
    // First, as in main: of one instant, the core learns of a reload before the sources do.
    const control$ =
      control === '' ? NEVER : hot<Control>(control, { s: { kind: 'stop' }, ...controls });
    const observation$ = merge(
      ...Object.entries(signals).map(([signal, marbles]) =>
        hot(marbles).pipe(map((letter) => observationOf(signal, letter, scheduler.now()))),
      ),
    );
    const turn$ = pipeline(observation$, control$, config, scheduler).pipe(share());
    for (const [name, marbles] of Object.entries(expected)) {
      if (name === 'end') expectObservable(turn$.pipe(ignoreElements())).toBe(marbles);
      else expectObservable(concat(lettersOf(turn$, name), NEVER)).toBe(marbles);
    }
    expectObservable(
      turn$.pipe(
        mergeMap((turn) => {
          // The map is a live view: keep what it showed at this turn.
          turns.push({
            ...turn,
            intents: { ...turn.intents, routes: new Map(turn.intents.routes) },
          });
          return [];
        }),
        ignoreElements(),
        (done$) => concat(done$, NEVER),
      ),
    ).toBe('');
  });
  return turns;
}

function observationOf(signal: string, letter: string, atMs: number): Observation {
  const state = stateOf[letter] ?? assert.fail(`no such letter: ${letter}`);
  return { signal, state, reason: state === 'up' ? '' : 'refused', atMs };
}

function lettersOf(turn$: Observable<Turn>, name: string): Observable<string> {
  return turn$.pipe(
    mergeMap(({ changes, decisions, notices }) => [
      ...(name === 'notices' ? notices.map(() => 'n') : []),
      ...changes.filter((change) => change.name === name).map(({ to }) => healthLetter[to]),
      ...decisions.filter(({ route }) => route.key === name).map(({ to }) => routeLetter[to]),
    ]),
  );
}

/** The last decision about a route: its text is what operators read. */
export function lastBecause(turns: readonly Turn[], key: string): string {
  const decisions = turns.flatMap((turn) => turn.decisions);
  return decisions.findLast(({ route }) => route.key === key)?.because ?? '';
}
