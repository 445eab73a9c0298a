import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { agentLine, readAgentLine } from '../../src/protocol/agent-check.ts';

function read(line: string): string {
  const { state, reason, weightPercent, isDrained } = readAgentLine(line);
  const weight = weightPercent === null ? '' : ` ${weightPercent}%`;
  return `${state}${weight}${isDrained ? ' drained' : ''}${reason === '' ? '' : ` (${reason})`}`;
}

test('each word of HAProxy means what it says', () => {
  const meanings = [
    ['up\n', 'up'],
    ['ready\r\n', 'up'],
    ['75%\n', 'up 75%'],
    ['0%', 'up 0%'],
    ['UP, 40%', 'up 40%'],
    ['ready up 100% maxconn:30\n', 'up 100%'],
    ['maxconn:30\n', 'up'],
    ['drain\n', 'up drained'],
    ['drain 75%', 'up 75% drained'],
    ['maint\n', 'down (the agent reports maint)'],
    ['down#out of disk\n', 'down (the agent reports down: out of disk)'],
    ['up down stopped', 'down (the agent reports down)'],
    ['fail 75%', 'down 75% (the agent reports fail)'],
    ['stopped # by hand \u001b[31m\n', 'down (the agent reports stopped: by hand [31m)'],
    ['failed', 'down (the agent reports failed)'],
    ['up\ndown\n', 'up'],
  ] as const;
  for (const [line, meaning] of meanings) assert.equal(read(line), meaning, line);
});

test('an answer of another kind is lost: it says nothing about the server', () => {
  for (const line of ['300%', '101%', '-1%', '7.5%', '%', 'upp', '<html>', 'maxconn:', 'up 300%']) {
    assert.equal(read(line), `lost (unexpected answer "${line}" from the agent)`);
  }
  for (const line of ['', '\n', '  \r\n', '# only words']) {
    assert.equal(read(line), 'lost (the agent sent an empty answer)');
  }
});

test('whatever comes, what is said of it is short and has no control characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (line) => {
      const { reason, weightPercent } = readAgentLine(line);
      assert.doesNotMatch(reason, /[\p{Cc}\u2028]/u);
      assert.ok(reason.length < 200);
      assert.ok(weightPercent === null || (weightPercent >= 0 && weightPercent <= 100));
    }),
  );
});

test('what we answer is read back as what it was, in one ASCII line', () => {
  const answer = fc.record({
    state: fc.constantFrom('up' as const, 'down' as const),
    reason: fc.string({ unit: 'binary', maxLength: 300 }),
    weightPercent: fc.option(fc.integer({ min: 0, max: 100 })),
  });
  fc.assert(
    fc.property(answer, ({ state, reason, weightPercent }) => {
      const line = agentLine({ state, reason, weightPercent });
      assert.match(line, /^[\x20-\x7e]*\n$/);
      const back = readAgentLine(line);
      assert.equal(back.state, state);
      assert.equal(back.weightPercent, state === 'up' ? weightPercent : null);
      assert.equal(back.isDrained, false);
    }),
  );
});
