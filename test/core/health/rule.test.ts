import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Rule } from '../../../src/model/rule.ts';
import type { Health } from '../../../src/model/turn.ts';
import { capacityOf, decisiveNames, evaluate, namesOf } from '../../../src/core/health/rule.ts';
import { config, named, route, server, service, signal } from '../fixtures.ts';
import { play } from '../play.ts';

const [u, d, q] = [named('u'), named('d'), named('q')];
const all = (...of: Rule[]): Rule => ({ kind: 'all', of });
const any = (...of: Rule[]): Rule => ({ kind: 'any', of });
const atLeast = (count: number, ...of: Rule[]): Rule => ({ kind: 'at_least', count, of });
const not = (rule: Rule): Rule => ({ kind: 'not', rule });
const healthOf = (name: string): Health =>
  name === 'u' ? 'up' : name === 'd' ? 'down' : 'unknown';
const valueOf = (rule: Rule): Health => evaluate(rule, healthOf);

describe('combine', () => {
  test("follows Kleene's tables: unknown only where it could go either way", () => {
    const table: readonly (readonly [Rule, Health])[] = [
      [all(u, u), 'up'],
      [all(u, d), 'down'],
      [all(u, q), 'unknown'],
      [all(d, q), 'down'],
      [any(d, d), 'down'],
      [any(d, u), 'up'],
      [any(d, q), 'unknown'],
      [any(u, q), 'up'],
      [not(u), 'down'],
      [not(d), 'up'],
      [not(q), 'unknown'],
      [atLeast(2, u, u, q), 'up'],
      [atLeast(2, u, d, q), 'unknown'],
      [atLeast(2, d, d, q), 'down'],
      [all(not(d), any(d, all(u, u))), 'up'],
      [all(), 'up'],
      [any(), 'down'],
    ];
    for (const [rule, health] of table) assert.equal(valueOf(rule), health, JSON.stringify(rule));
  });

  test('the capacity is that of the weakest, the strongest, or the k-th strongest', () => {
    const percents: Record<string, number> = { u: 90, d: 20, q: 50 };
    const capacity = (rule: Rule): number => capacityOf(rule, (name) => percents[name] ?? 0);
    assert.equal(capacity(all(u, d, q)), 20);
    assert.equal(capacity(any(u, d, q)), 90);
    assert.equal(capacity(atLeast(2, u, d, q)), 50);
    assert.equal(capacity(not(d)), 100);
    assert.equal(capacity(all(any(d, q), u)), 50);
  });

  test('knows its names, and those that make it what it is', () => {
    const rule = all(u, any(d, q), not(u));
    assert.deepEqual(namesOf(rule), ['u', 'd', 'q']);
    assert.deepEqual(decisiveNames(rule, healthOf), ['u']);
    assert.deepEqual(decisiveNames(all(u, d), healthOf), ['d']);
    assert.deepEqual(decisiveNames(any(u, d), healthOf), ['u']);
  });

  test('unknown at the top emits nothing at first, and keeps the last intent later', () => {
    const rules = config({
      signals: [signal('a', { lostHoldMs: 2, onLost: 'hold' }), signal('b')],
      routes: [route('r', all(named('a'), named('b')))],
    });
    play(rules, { a: 'u--l-------', b: '--u------d' }, { a: 'U----?', r: '--A------W' });
  });

  test('down is known as soon as one part is down: the first decision is a withdraw', () => {
    const rules = config({
      signals: [signal('a'), signal('b')],
      routes: [route('r', all(named('a'), named('b'))), route('n', not(named('a')))],
    });
    play(rules, { a: '-d---u', b: '---u' }, { r: '-W---A', n: '-A---W' });
  });

  test('after startup_timeout unknown counts as down, also below a not', () => {
    const rules = config({
      startupTimeoutMs: 5,
      signals: [signal('a')],
      routes: [route('r', 'a'), route('n', not(named('a')))],
    });
    const turns = play(rules, { a: '--------u' }, { r: '-----W--A', n: '-----W' });
    assert.deepEqual(turns[0]?.decisions[0]?.cause, { kind: 'startup-timeout', atMs: 5 });
    assert.equal(
      turns[0]?.decisions[0]?.because,
      'startup_timeout passed; a is unknown (no result yet)',
    );
  });

  test('a rule of no names is decided at once, by the configuration', () => {
    const turns = play(config({ routes: [route('r', all())] }), {}, { r: 'A' });
    assert.equal(turns[0]?.decisions[0]?.cause.kind, 'config');
  });

  test('a rule may name one real server', () => {
    const rules = config({
      services: [service('web', [server('web/a'), server('web/b')])],
      routes: [route('r', 'web/b')],
    });
    play(rules, { 'web/a': 'u-d', 'web/b': 'd-u' }, { r: 'W-A' });
  });
});
