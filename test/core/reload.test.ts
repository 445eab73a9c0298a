import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Config } from '../../src/model/config.ts';
import type { Control } from '../../src/model/control.ts';
import { config, named, route, server, service, signal } from './fixtures.ts';
import { lastBecause, play } from './play.ts';

function to(next: Config): { readonly c: Control } {
  return { c: { kind: 'config', config: next } };
}

const rules = config({
  signals: [signal('x', { fall: 2 }), signal('y')],
  services: [service('web', [server('web/a'), server('web/b')])],
  routes: [route('r', 'x'), route('s', { kind: 'all', of: [named('web'), named('y')] })],
});
const alive = { x: 'u', y: 'u', 'web/a': 'u', 'web/b': 'u' };

describe('reload', () => {
  test('with the same configuration changes nothing, and a run goes on', () => {
    const inputs = { ...alive, x: 'u-d-d', control: '---c' };
    play(rules, inputs, { r: 'A---W', s: 'A' }, to(structuredClone(rules)));
  });

  test('a route that is gone becomes a withdraw; what comes new waits for its own start', () => {
    const next = {
      ...rules,
      startupTimeoutMs: 5,
      signals: [...rules.signals, signal('z')],
      routes: [route('s', 'y'), route('n', 'z'), route('m', 'y')],
    };
    const inputs = { ...alive, control: '--c' };
    const turns = play(rules, inputs, { r: 'A-W', s: 'A', m: '--A', n: '-------W' }, to(next));
    assert.equal(lastBecause(turns, 'r'), 'no longer configured');
    assert.deepEqual(turns[1]?.decisions[0]?.cause, { kind: 'config', atMs: 2 });
    assert.equal(turns.at(-1)?.intents.routes.get('r')?.kind, 'withdraw');
  });

  test('a route that was never decided and is gone is withdrawn all the same', () => {
    play(rules, { control: '--c' }, { r: '--W' }, to({ ...rules, routes: [] }));
  });

  test('what a source observes of a new signal in the instant of the reload counts', () => {
    const next = { ...rules, signals: [...rules.signals, signal('z')], routes: [route('n', 'z')] };
    play(rules, { ...alive, control: '--c', z: '--u' }, { z: '--U', n: '--A' }, to(next));
  });

  test('a route whose rule names something else follows the new name, and not the old one', () => {
    const next = { ...rules, routes: [route('r', 'y'), ...rules.routes.slice(1)] };
    const inputs = { ...alive, x: 'u---d-d-d', y: 'u---------d', control: '--c' };
    play(rules, inputs, { r: 'A---------W', s: 'A---------W' }, to(next));
  });

  test('changed attributes are announced again; the others do not flap', () => {
    const changed = route('r', 'x');
    const next = {
      ...rules,
      routes: [
        { ...changed, attributes: { ...changed.attributes, med: 7 } },
        ...rules.routes.slice(1),
      ],
    };
    const turns = play(rules, { ...alive, control: '--c' }, { r: 'A-A', s: 'A' }, to(next));
    assert.equal(turns[1]?.decisions[0]?.attributes?.med, 7);
    const hold = {
      ...rules,
      signals: [signal('x', { onLost: 'hold', lostHoldMs: 1 }), signal('y')],
    };
    const unknown = { ...alive, x: 'u-l', control: '-----c' };
    play(hold, unknown, { r: 'A----A', s: 'A' }, to({ ...next, signals: hold.signals }));
  });

  test('changed settle rules apply to the state that is there', () => {
    const slow = { ...rules, signals: [signal('x', { updelayMs: 50 }), signal('y')] };
    const fast = { ...rules, signals: [signal('x', { updelayMs: 4 }), signal('y')] };
    const turns = play(slow, { x: 'u', control: '------c' }, { x: '------U' }, to(fast));
    assert.equal(turns[0]?.changes[0]?.cause.kind, 'config');
    play(slow, { x: 'u', control: '--c' }, { x: '----U' }, to(fast));
  });

  test('servers keep their health; more of them do not take the service down', () => {
    const servers = ['a', 'b', 'c', 'd', 'e'].map((name) => server(`web/${name}`));
    const next = { ...rules, services: [service('web', servers)] };
    const inputs = { ...alive, 'web/a': 'u---d', 'web/b': 'u----d', control: '--c' };
    play(rules, inputs, { web: 'U----?', s: 'A' }, to(next));
  });

  test('a changed quorum is judged at once', () => {
    const one = {
      ...rules,
      services: [
        service('web', [server('web/a'), server('web/b')], {
          quorum: { kind: 'weight', weight: 2 },
        }),
      ],
    };
    const inputs = { ...alive, 'web/b': 'ud', control: '--c' };
    play(rules, inputs, { web: 'U-D', s: 'A-W' }, to(one));
  });

  test('damping that is taken away lets go at once', () => {
    const damping = { halfLifeMs: 60_000, suppress: 1, reuse: 0.5 };
    const damped = { ...rules, signals: [signal('x', { damping }), signal('y')] };
    const inputs = { x: 'ududu', control: '------c' };
    play(damped, inputs, { x: 'UDUD--U' }, to({ ...rules, signals: [signal('x'), signal('y')] }));
  });

  test('observations of a target that is gone are ignored, also their deadlines', () => {
    const next = config({ signals: [signal('y')] });
    play(rules, { ...alive, x: 'u-l-d', control: '---c' }, { x: 'U' }, to(next));
  });
});
