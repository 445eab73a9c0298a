import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Subject, VirtualTimeScheduler } from 'rxjs';
import type { Control } from '../../src/model/control.ts';
import type { Observation } from '../../src/model/observation.ts';
import type { View } from '../../src/model/view.ts';
import { pipeline } from '../../src/core/pipeline.ts';
import { connected, inKernel, withIpvs } from './drive.ts';
import { down, route, up } from './fixtures.ts';

const rules = withIpvs({ services: [inKernel([7])], routes: [route('r', 'web')] });

describe('the way back', () => {
  test('may be taken in the middle of a turn: what follows comes in the next one', () => {
    const scheduler = new VirtualTimeScheduler();
    const observation$ = new Subject<Observation>();
    const control$ = new Subject<Control>();
    const seen: string[] = [];
    pipeline(observation$, control$, rules, scheduler).subscribe(({ intents, atMs }) => {
      for (const key of intents.changed) {
        const kind = intents.routes.get(key)?.kind;
        seen.push(`${atMs} ${key} ${kind}`);
        if (kind === 'withdraw') control$.next({ kind: 'sent', keys: [key] });
      }
      for (const key of intents.changedWeights) {
        const weight = intents.weights.get(key)?.weight;
        seen.push(`${atMs} ${key} ${weight}`);
        if (weight !== undefined)
          control$.next({ kind: 'weights', weights: new Map([[key, weight]]) });
      }
    });
    control$.next(connected);
    scheduler.schedule(() => observation$.next(up('web/a', 10)), 10);
    scheduler.schedule(() => observation$.next(down('web/a', 20)), 20);
    scheduler.flush();
    assert.deepEqual(seen, ['10 web/a 7', '10 r announce', '20 r withdraw', '20 web/a 0']);
  });

  test('a look at the core takes no turn', () => {
    const scheduler = new VirtualTimeScheduler();
    const control$ = new Subject<Control>();
    const views: View[] = [];
    let turns = 0;
    pipeline(new Subject<Observation>(), control$, rules, scheduler).subscribe(() => (turns += 1));
    control$.next({ kind: 'inspect', inspect: (view) => views.push(view) });
    assert.equal(views[0]?.services()[0]?.name, 'web');
    assert.equal(turns, 0);
  });
});
