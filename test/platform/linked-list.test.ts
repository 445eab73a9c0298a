import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { LinkedList, ListNode } from '../../src/platform/linked-list.ts';

function contents<T>(list: LinkedList<T>): T[] {
  const values: T[] = [];
  for (let node = list.first; node !== null; node = node.next) values.push(node.value);
  return values;
}

test('does what arrays would do, and a node is in one list at most', () => {
  const step = fc.record({
    node: fc.nat(5),
    list: fc.nat(1),
    act: fc.constantFrom('push', 'unshift', 'unlink', 'shift'),
  });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const nodes = Array.from({ length: 6 }, (_, index) => new ListNode(index));
      const lists = [new LinkedList<number>(), new LinkedList<number>()];
      let model: number[][] = [[], []];
      for (const { node: index, list: which, act } of steps) {
        const [node, list] = [nodes[index], lists[which]];
        assert.ok(node && list);
        if (act === 'shift') {
          assert.equal(list.shift()?.value, model[which]?.shift());
          continue;
        }
        model = model.map((values) => values.filter((value) => value !== index));
        if (act === 'unlink') node.unlink();
        else list[act](node);
        if (act !== 'unlink') model[which]?.[act](index);
        assert.deepEqual(lists.map(contents), model);
      }
    }),
  );
});
