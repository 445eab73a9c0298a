import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OpenedSocket, SocketResult } from '../../../src/platform/genetlink.ts';
import type { TableChange } from '../../../src/protocol/ipvs/table.ts';
import { TableError } from '../../../src/sinks/ipvs/table-access.ts';
import { netlinkAccess } from '../../../src/sinks/ipvs/netlink-access.ts';
import { server, services, sorted } from '../../e2e/ipvs-table-sample.ts';
import { conversation, hex } from '../../protocol/ipvs/golden.ts';

const web = { kind: 'address', protocol: 'tcp', address: '192.0.2.10', port: 443 } as const;
const first = server('10.0.1.11', 443, 0, 100, { upperThreshold: 1000, lowerThreshold: 500 });

/** A kernel that answers `answers` in order; null has the next read fail with that code. */
function playing(
  answers: readonly (Uint8Array | 'timeout' | 'overflow')[],
  sent: string[] = [],
): { open: () => OpenedSocket; state: { opened: number; closed: number } } {
  const state = { opened: 0, closed: 0 };
  let next = 0;
  const receive = (): SocketResult<Uint8Array> => {
    const answer = answers[next];
    next += 1;
    if (answer instanceof Uint8Array) return { ok: true, value: answer };
    return { ok: false, code: answer ?? 'timeout', reason: `the test says ${answer ?? 'timeout'}` };
  };
  const open = (): OpenedSocket => {
    state.opened += 1;
    return {
      ok: true,
      socket: {
        send: (bytes) => {
          sent.push(hex(bytes));
          return { ok: true, value: null };
        },
        receive,
        close: () => (state.closed += 1),
      },
    };
  };
  return { open, state };
}

function isTableError(code: TableError['code']): (error: unknown) => boolean {
  return (error) => error instanceof TableError && error.code === code;
}

/** The kernel's reply to the request with this sequence number. */
function failure(errno: number, sequence = 1): Uint8Array {
  const words = Int32Array.of(36, 2, sequence, 0, -errno, 0, 0, 0, 0);
  return new Uint8Array(words.buffer);
}

test('golden: the whole conversation, byte for byte', async () => {
  const { lines, asked, answered } = conversation();
  const sent: string[] = [];
  const { open, state } = playing(answered, sent);
  const access = netlinkAccess(open);
  assert.deepEqual(await access.info(), { version: '1.2.1', connTabSize: 4096 });
  assert.deepEqual(sorted(await access.dump()), sorted(services));
  const change = (
    kind: TableChange['kind'],
    more: object,
    service: TableChange['service'] = web,
  ): TableChange => ({
    kind,
    service,
    destination: { ...first, ...more },
  });
  assert.deepEqual(await access.apply([change('set', { weight: 7 })]), [{ ok: true }]);
  const results = await access.apply([
    change('set', { weight: 1 }),
    change('set', { address: '10.0.9.9' }),
    change('set', {}, { ...web, port: 444 }),
    change('add', {}),
    change('set', { lowerThreshold: 2000 }),
    change('add', { address: '224.0.0.1' }),
    change('remove', { address: '10.0.9.9' }),
    change('remove', {}),
  ]);
  const codes = results.map((result) => (result.ok ? 'ok' : result.code));
  assert.deepEqual(codes, [
    'ok',
    'missing',
    'missing',
    'exists',
    'refused',
    'refused',
    'missing',
    'ok',
  ]);
  assert.match(JSON.stringify(results[4]), /ERANGE/);
  assert.deepEqual(sent, asked.map(hex));
  assert.equal(asked.length + answered.length, lines.length);
  access.close();
  assert.deepEqual(state, { opened: 1, closed: 1 });
});

test('a kernel without IPVS, or with another error', async () => {
  const cases = [
    [2, 'no_ipvs', /modprobe ip_vs/],
    [12, 'failed', /ENOMEM/],
  ] as const;
  for (const [errno, code, words] of cases) {
    const { open, state } = playing([failure(errno)]);
    const access = netlinkAccess(open);
    await assert.rejects(access.dump(), isTableError(code));
    await assert.rejects(netlinkAccess(playing([failure(errno)]).open).info(), words);
    assert.deepEqual(state, { opened: 1, closed: 1 });
    access.close();
  }
});

test('a module that is unloaded under the socket means no IPVS, and is asked for again', async () => {
  const { answered } = conversation();
  const [family = new Uint8Array()] = answered;
  const { open, state } = playing([family, failure(2, 2), failure(2)]);
  const access = netlinkAccess(open);
  await assert.rejects(access.dump(), isTableError('no_ipvs'));
  await assert.rejects(access.dump(), isTableError('no_ipvs'));
  assert.deepEqual(state, { opened: 2, closed: 2 });
});

test('without CAP_NET_ADMIN reading fails, and each change is denied', async () => {
  const [family = new Uint8Array()] = conversation('the size').answered;
  const reading = netlinkAccess(playing([family, failure(1, 2)]).open);
  await assert.rejects(reading.dump(), isTableError('no_permission'));
  reading.close();
  const set: TableChange = { kind: 'set', service: web, destination: first };
  const writing = netlinkAccess(playing([family, failure(1, 2), failure(1, 3)]).open);
  const results = await writing.apply([set, set]);
  assert.deepEqual(
    results.map((result) => (result.ok ? 'ok' : result.code)),
    ['denied', 'denied'],
  );
  assert.match(JSON.stringify(results), /CAP_NET_ADMIN/);
  writing.close();
});

test('without koffi it says what else there is', async () => {
  const access = netlinkAccess(() => ({ ok: false, code: 'no_koffi', reason: '' }));
  await assert.rejects(access.dump(), isTableError('no_koffi'));
  await assert.rejects(access.dump(), /via: ipvsadm/);
});

test('an answer that is late, lost or damaged gives the socket up; the next call has a new one', async () => {
  const [family = new Uint8Array()] = conversation('the size').answered;
  const answer = conversation('the whole table').answered[0] ?? new Uint8Array();
  for (const bad of [
    'timeout',
    'overflow',
    Uint8Array.of(1, 2, 3),
    answer.subarray(0, 50),
  ] as const) {
    const { open, state } = playing([family, bad]);
    const access = netlinkAccess(open);
    await assert.rejects(access.dump(), isTableError('failed'));
    assert.deepEqual(state, { opened: 1, closed: 1 });
    await assert.rejects(access.dump(), isTableError('failed'));
    assert.equal(state.opened, 2);
    access.close();
    await assert.rejects(access.dump(), /closed/);
    assert.deepEqual(state, { opened: 2, closed: 2 });
  }
});

test('what cannot be said is refused without asking', async () => {
  const sent: string[] = [];
  const [family = new Uint8Array()] = conversation('the size').answered;
  const access = netlinkAccess(playing([family], sent).open);
  const bad: TableChange = { kind: 'set', service: web, destination: { ...first, weight: -1 } };
  const results = await access.apply([bad]);
  assert.deepEqual(
    results.map((result) => (result.ok ? 'ok' : result.code)),
    ['refused'],
  );
  assert.equal(sent.length, 1);
  access.close();
});

test('an answer to something else is passed over', async () => {
  const [family = new Uint8Array()] = conversation('the size').answered;
  const stale = failure(12, 99);
  const reading = netlinkAccess(playing([family, stale, failure(1, 2)]).open);
  await assert.rejects(reading.dump(), isTableError('no_permission'));
  const writing = netlinkAccess(playing([family, stale, failure(0, 2)]).open);
  const set: TableChange = { kind: 'set', service: web, destination: first };
  assert.deepEqual(await writing.apply([set]), [{ ok: true }]);
  writing.close();
});
