import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { array, assert as assertProperty, integer, property } from 'fast-check';
import { FairPlaces } from '../../src/platform/fair-places.ts';

interface Member {
  readonly name: string;
}

const member = (name: string): Member => ({ name });

describe('places of a listener', () => {
  test('the peer with the most gives up its oldest idle one', () => {
    const places = new FairPlaces<Member>(3);
    const [a1, a2, b1] = [member('a1'), member('a2'), member('b1')];
    for (const each of [a1, a2]) assert.equal(places.add(each, 'a'), null);
    assert.equal(places.add(b1, 'b'), null);
    places.setBusy(a1, true);
    assert.equal(places.add(member('c1'), 'c'), a2);
    assert.equal(places.add(member('c2'), 'c')?.name, 'c1', 'its own, and not the newcomer');
    assert.deepEqual([places.countOf('a'), places.countOf('b'), places.countOf('c')], [1, 1, 1]);
  });

  test('where all work, the oldest goes; with as many peers as places, whoever was first', () => {
    const places = new FairPlaces<Member>(2);
    const [one, two] = [member('one'), member('two')];
    places.add(one, 'a');
    places.add(two, 'a');
    for (const each of [one, two]) places.setBusy(each, true);
    assert.equal(places.add(member('three'), 'a')?.name, 'one');
    const many = new FairPlaces<Member>(2);
    many.add(member('first'), 'a');
    many.add(member('second'), 'b');
    assert.equal(many.add(member('third'), 'c')?.name, 'first');
  });

  test('whoever has left is forgotten, whatever is said of it then', () => {
    const places = new FairPlaces<Member>(1);
    const gone = member('gone');
    places.add(gone, 'a');
    places.delete(gone);
    places.delete(gone);
    places.setBusy(gone, true);
    assert.deepEqual([places.size, places.largest()], [0, null]);
  });

  test('property: a newcomer stays, the limit holds, and no peer loses one to a larger peer', () => {
    assertProperty(
      property(array(integer({ min: 0, max: 4 }), { maxLength: 60 }), (peers) => {
        const places = new FairPlaces<Member>(8);
        const peerOf = new Map<Member, string>();
        for (const [index, peer] of peers.entries()) {
          const newcomer = member(String(index));
          peerOf.set(newcomer, String(peer));
          const loser = places.add(newcomer, String(peer));
          assert.notEqual(loser, newcomer);
          assert.ok(places.size <= 8);
          if (loser === null) continue;
          const left = places.countOf(peerOf.get(loser) ?? '');
          for (const other of new Set(peerOf.values()))
            assert.ok(places.countOf(other) <= left + 1);
        }
      }),
    );
  });
});
