import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { Domains, isHot, noteFailure, SWEEP_REST_MS } from '../../../src/sources/probes/domains.ts';
import { errorText } from '../../../src/sources/probes/error-text.ts';
import { matches, unexpected } from '../../../src/sources/probes/expect.ts';
import { firstProbesMs, nextPhaseMs, shuffledPlaces } from '../../../src/sources/probes/phases.ts';
import { Streak } from '../../../src/model/streak.ts';
import { seeded } from './fake-world.ts';
import { probeTarget, SETTLE, tcpCheck } from './fixtures.ts';

describe('phases', () => {
  test('places are spread evenly: one in each n-th of the interval', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer(), (count, seed) => {
        const places = shuffledPlaces(count, seeded(seed)).toSorted((a, b) => a - b);
        for (const [index, place] of places.entries()) {
          assert.ok(place >= index / count && place < (index + 1) / count);
        }
      }),
    );
  });

  test('first probes take a millisecond each, and a second or an interval at most', () => {
    assert.equal(firstProbesMs(3, 60_000), 3);
    assert.equal(firstProbesMs(20_000, 60_000), 1000);
    assert.equal(firstProbesMs(20_000, 250), 250);
  });

  test('the next turn lies in phase, after the last start, within one interval of now', () => {
    const ms = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(ms, fc.integer({ min: 1, max: 60_000 }), ms, ms, (phaseMs, intervalMs, a, b) => {
        const [startedAtMs, nowMs] = [Math.min(a, b), Math.max(a, b)];
        const turnMs = nextPhaseMs(phaseMs, intervalMs, startedAtMs, nowMs);
        // Slow targets share their wake-ups, each 50 ms.
        const grainMs = intervalMs < 10_000 ? 0 : 50;
        const late = (((turnMs - phaseMs) % intervalMs) + intervalMs) % intervalMs;
        assert.ok(late <= grainMs, `${late} ms after its phase`);
        assert.ok(turnMs > startedAtMs && turnMs <= nowMs + intervalMs + grainMs);
      }),
    );
  });
});

test('a streak counts equal results, and is settled after rise or fall of them', () => {
  const streak = new Streak({ ...SETTLE, rise: 2, fall: 3 });
  const seen = (['up', 'up', 'down', 'down', 'up', 'down', 'down', 'down'] as const).map(
    (state) => {
      streak.note(state);
      return [streak.missing, streak.settled];
    },
  );
  assert.deepEqual(seen, [
    [1, null],
    [0, 'up'],
    [2, 'up'],
    [1, 'up'],
    [1, 'up'],
    [2, 'up'],
    [1, 'up'],
    [0, 'down'],
  ]);
});

describe('fault domains', () => {
  test('address, service and name; none where the check opts out; forgotten when empty', () => {
    const domains = new Domains<string>();
    const of = (target = probeTarget({ domain: 'rack-1' })) => domains.join('a', target);
    assert.deepEqual(
      of().map(({ name }) => name),
      ['address 127.0.0.1', 'service web', 'domain rack-1'],
    );
    assert.deepEqual(of(probeTarget({ check: tcpCheck({ sweep: false }) })), []);
    const joined = of();
    domains.leave('a', joined);
    assert.notEqual(of()[0], joined[0]);
  });

  test('two members within 50 ms, once in a while', () => {
    const [domain] = new Domains<string>().join('a', probeTarget());
    assert.ok(domain);
    assert.equal(noteFailure(domain, 'a', 0), false);
    assert.equal(noteFailure(domain, 'a', 1), false, 'the same member again');
    assert.equal(noteFailure(domain, 'b', 52), false, 'too late');
    assert.equal(noteFailure(domain, 'a', 102), true);
    assert.equal(isHot(domain, 102 + SWEEP_REST_MS - 1), true);
    assert.equal(noteFailure(domain, 'b', 103), false, 'it rests');
    assert.equal(noteFailure(domain, 'a', 102 + SWEEP_REST_MS), false);
    assert.equal(noteFailure(domain, 'b', 103 + SWEEP_REST_MS), true);
  });
});

function said(code: string, syscall = 'connect', source: string | null = null): string {
  const { state, reason } = errorText(Object.assign(new Error(code), { code, syscall }), source);
  return `${state}: ${reason}`;
}

test('every error has words; what this node lacks is never the server’s fault', () => {
  assert.equal(said('ECONNREFUSED'), 'down: refused');
  assert.equal(said('ECONNRESET'), 'down: reset by peer');
  assert.equal(said('EPIPE'), 'down: closed by peer');
  assert.equal(said('EHOSTUNREACH'), 'down: no route to host');
  assert.equal(said('ENETUNREACH'), 'down: network unreachable');
  assert.equal(said('EADDRNOTAVAIL'), 'lost: out of local ports');
  assert.equal(said('EADDRNOTAVAIL', 'connect', '::1'), 'lost: out of local ports');
  assert.equal(
    said('EADDRNOTAVAIL', 'bind', '::1'),
    'lost: source address ::1 is not on this node',
  );
  for (const code of ['EMFILE', 'ENFILE', 'EAGAIN', 'ENOBUFS', 'ENOMEM', 'EACCES', 'EPERM']) {
    assert.match(said(code), /^lost: [a-z ]+$/, code);
  }
  assert.equal(said('EWHATEVER'), 'down: failed with EWHATEVER');
  assert.deepEqual(errorText(new Error('none'), null).state, 'down');
});

describe('answers', () => {
  test('bytes are found wherever they are, patterns again and again', () => {
    const bytes = new Uint8Array([0, 255, 254, 0]).subarray(1, 3);
    assert.ok(matches({ kind: 'bytes', bytes }, Buffer.from([1, 255, 254])));
    assert.ok(!matches({ kind: 'bytes', bytes }, Buffer.from([254, 255])));
    const regex = /ok/g;
    assert.ok(matches({ kind: 'regex', regex }, Buffer.from('all ok')));
    assert.ok(matches({ kind: 'regex', regex }, Buffer.from('ok')));
  });

  test('what is shown is printable ASCII of bounded length, whatever came', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { state, reason } = unexpected(Buffer.from(bytes));
        assert.equal(state, 'down');
        assert.match(reason, /^unexpected answer "[\x20-\x7e]{0,40}…?"$/u);
      }),
    );
  });
});
