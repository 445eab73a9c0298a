import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { verdictOf, type PluginVerdict } from '../../src/protocol/nagios.ts';
import { DETAIL_MAX_CHARS, REASON_MAX_CHARS } from '../../src/protocol/printable.ts';

function after(code: number, stdout: string, stderr = ''): PluginVerdict {
  return verdictOf({ kind: 'exited', code, stdout, stderr });
}

test('0 is up with its performance data, a warning is up with its words too', () => {
  const line = 'LOAD - average: 0.1 |load1=0.100;8.000;12.000;0;\n';
  const performance = 'load1=0.100;8.000;12.000;0;';
  assert.deepEqual(after(0, line), { state: 'up', reason: '', detail: performance });
  assert.deepEqual(after(1, line), {
    state: 'up',
    reason: '',
    detail: `LOAD - average: 0.1 | ${performance}`,
  });
  assert.deepEqual(after(0, ''), { state: 'up', reason: '', detail: '' });
  assert.deepEqual(after(1, ' \n'), { state: 'up', reason: '', detail: '' });
});

test('2 is down, 3 and what no plugin says are lost, each with a reason', () => {
  assert.deepEqual(after(2, 'DISK CRITICAL|x=1'), {
    state: 'down',
    reason: 'DISK CRITICAL',
    detail: 'x=1',
  });
  assert.deepEqual(after(2, '').reason, 'critical');
  assert.deepEqual(after(3, 'no idea'), { state: 'lost', reason: 'no idea', detail: '' });
  assert.deepEqual(after(3, '').reason, 'unknown');
  assert.deepEqual(after(127, '', '/bin/x: not found\nmore'), {
    state: 'lost',
    reason: 'exit code 127: /bin/x: not found',
    detail: '',
  });
  assert.equal(after(99, '').reason, 'exit code 99');
  assert.equal(verdictOf({ kind: 'killed', signal: 'SIGSEGV' }).reason, 'killed by SIGSEGV');
  assert.equal(verdictOf({ kind: 'failed', reason: 'no\u001b[31m' }).reason, 'no [31m');
});

test('long text is no reason, and performance data of later lines is kept', () => {
  const { reason, detail } = after(2, 'BAD | a=1\nlong text\nmore | b=2\nc=3\n');
  assert.equal(reason, 'BAD');
  assert.equal(detail, 'a=1 b=2 c=3');
  assert.equal(after(2, '\n\n BAD \n').reason, 'BAD');
});

test('whatever is printed, what comes of it is short and has no control characters', () => {
  const anything = fc.string({ unit: 'binary', maxLength: 3000 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), anything, anything, (code, out, err) => {
      const { reason, detail } = after(code, out, err);
      assert.ok(reason.length <= REASON_MAX_CHARS + 20);
      assert.ok(detail.length <= DETAIL_MAX_CHARS + REASON_MAX_CHARS + 3);
      assert.doesNotMatch(reason + detail, /[\p{Cc}\p{Cf}\u2028\u2029]/u);
    }),
  );
});
