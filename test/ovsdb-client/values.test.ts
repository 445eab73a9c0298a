import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  Fault,
  isUuid,
  map,
  mapJson,
  optional,
  scalar,
  set,
  setJson,
  uuid,
  uuidJson,
} from '../../src/ovsdb-client/index.ts';
import { decodeValue, equalValues } from '../../src/ovsdb-client/values.ts';
import { parseSchema } from '../../src/ovsdb-client/schema.ts';

const one = '5fe6fec9-27fe-44cb-a92d-8e8d65486263';
const two = '6fe6fec9-27fe-44cb-a92d-8e8d65486263';
const strings = map('string', 'string').type;

describe('values (RFC 7047, section 5.1)', () => {
  for (const [what, type, json, value] of [
    ['a string', scalar('string').type, 'up', 'up'],
    ['a set of one for a scalar', scalar('string').type, ['set', ['up']], 'up'],
    ['an empty optional', optional('integer').type, ['set', []], null],
    ['a full optional', optional('integer').type, -1, -1],
    ['a set of one', set('integer').type, 3, [3]],
    ['a set, in ascending order', set('integer').type, ['set', [10, 9]], [9, 10]],
    ['a uuid', scalar('uuid').type, ['uuid', one], one],
    ['a set of one uuid', set('uuid').type, ['uuid', one], [one]],
    ['a set of uuids', set('uuid').type, ['set', [['uuid', two], ['uuid', one]]], [one, two]], // prettier-ignore
    ['a map', strings, ['map', [['a', 'b']]], new Map([['a', 'b']])],
    ['an empty map', strings, ['map', []], new Map()],
    ['a string that looks like a tag', set('string').type, ['set', ['set', 'map']], ['map', 'set']],
  ] as const) {
    test(what, () => assert.deepEqual(decodeValue(type, json), value));
  }

  for (const [what, type, json] of [
    ['a number for a string', scalar('string').type, 1],
    ['a fraction for an integer', scalar('integer').type, 1.5],
    ['a bare string for a uuid', scalar('uuid').type, one],
    ['a uuid that is none', scalar('uuid').type, ['uuid', 'x']],
    ['nothing for a scalar', scalar('string').type, ['set', []]],
    ['two for an optional', optional('string').type, ['set', ['a', 'b']]],
    ['a set for a map', strings, ['set', []]],
    ['a map for a set', set('string').type, ['map', []]],
    ['a pair of three', strings, ['map', [['a', 'b', 'c']]]],
    ['a value of another type', strings, ['map', [['a', 1]]]],
    ['null', optional('string').type, null],
    ['nothing', set('string').type, undefined],
  ] as const) {
    test(`${what} is refused`, () => assert.equal(decodeValue(type, json), undefined));
  }

  test('are equal by content', () => {
    assert.ok(equalValues(new Map([['a', 1], ['b', 2]]), new Map([['b', 2], ['a', 1]]))); // prettier-ignore
    assert.ok(!equalValues(new Map([['a', 1]]), new Map([['b', 1]])));
    assert.ok(!equalValues(new Map([['a', 1]]), new Map([['a', 2]])));
    assert.ok(equalValues(['a', 'b'], ['a', 'b']));
    assert.ok(!equalValues(['a'], ['a', 'b']));
    assert.ok(!equalValues([], null));
    assert.ok(!equalValues([], new Map()));
  });

  test('a column says its own values from others', () => {
    assert.ok(optional('string').is(null) && !scalar('string').is(null));
    assert.ok(set('integer').is([1]) && !set('integer').is(['1']));
    assert.ok(map('string', 'integer').is(new Map([['a', 1]])));
    assert.ok(!map('string', 'integer').is(new Map([['a', 'b']])));
    assert.ok(scalar('uuid').is(one) && !scalar('uuid').is('one'));
  });

  test('for a transaction are written as the RFC says', () => {
    assert.ok(isUuid(one) && !isUuid(one.toUpperCase()));
    assert.deepEqual(setJson([uuidJson(uuid(one))]), ['set', [['uuid', one]]]);
    assert.deepEqual(mapJson(new Map([['a', 1]])), ['map', [['a', 1]]]);
    assert.throws(() => uuid('one'), { name: 'TypeError' });
  });
});

const schemaWith = (type: unknown): unknown => ({
  name: 'D',
  tables: { T: { columns: { c: { type } } } },
});

describe('schemas (RFC 7047, section 3.2)', () => {
  for (const [type, kind, required, several] of [
    ['integer', 'scalar', true, false],
    [{ key: 'integer' }, 'scalar', true, false],
    [{ key: { type: 'string', enum: ['set', ['a']] }, min: 0 }, 'optional', false, false],
    [{ key: 'uuid', min: 0, max: 'unlimited' }, 'set', false, true],
    [{ key: 'uuid', min: 1, max: 2 }, 'set', true, true],
    [{ key: 'string', value: 'real', min: 0, max: 'unlimited' }, 'map', false, true],
    [{ key: 'string', value: 'real', min: 0, max: 1 }, 'map', false, false],
  ] as const) {
    test(JSON.stringify(type), () => {
      const schema = parseSchema(schemaWith(type));
      assert.ok('tables' in schema);
      const column = schema.tables.get('T')?.columns.get('c');
      assert.deepEqual(
        [column?.type.kind, column?.isRequired, column?.hasSeveral],
        [kind, required, several],
      );
    });
  }

  for (const [json, reason] of [
    [null, 'not a database schema: null'],
    [{ name: 'D' }, 'not a database schema: {"name":"D"}'],
    [{ name: 'D', tables: { T: {} } }, 'table "T" has no columns in the schema'],
    [schemaWith('colour'), 'the schema gives no known type to column "c" of T'],
    [
      schemaWith({ key: 'string', value: 'x' }),
      'the schema gives no known type to column "c" of T',
    ],
  ] as const) {
    test(reason, () => assert.deepEqual(parseSchema(json), new Fault(reason)));
  }
});
