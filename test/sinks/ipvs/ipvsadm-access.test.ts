import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { TableChange } from '../../../src/protocol/ipvs/table.ts';
import { TableError } from '../../../src/sinks/ipvs/table-access.ts';
import { ipvsadmAccess } from '../../../src/sinks/ipvs/ipvsadm-access.ts';
import { server, services, sorted } from '../../e2e/ipvs-table-sample.ts';
import { until } from '../../e2e/until.ts';

const web = { kind: 'address', protocol: 'tcp', address: '192.0.2.10', port: 443 } as const;
const golden = new URL('../../golden/ipvs/', import.meta.url).pathname;
const set: TableChange = {
  kind: 'set',
  service: web,
  destination: server('10.0.1.12', 8443, 0, 0),
};

/** A program in place of ipvsadm; `$dir` is its folder. */
function program(t: TestContext, script: string): { path: string; dir: string } {
  const dir = mkdtempSync(join(tmpdir(), 'routevane-ipvsadm-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'ipvsadm');
  writeFileSync(path, `#!/bin/sh\ndir='${dir}'\n${script}\n`, { mode: 0o755 });
  return { path, dir };
}

const reads = `
case "$*" in
  -Sn) cat ${golden}saved.txt;;
  '-Ln --thresholds'|-Ln) cat ${golden}listed.txt;;
  --restore) cat >$dir/lines; RESTORE;;
esac`;

function isTableError(code: TableError['code']): (error: unknown) => boolean {
  return (error) => error instanceof TableError && error.code === code;
}

test('reads the table by two runs and writes by one', async (t) => {
  const { path, dir } = program(t, reads.replace('RESTORE', 'true'));
  const access = ipvsadmAccess(path);
  assert.deepEqual(sorted(await access.dump()), sorted(services));
  assert.deepEqual(await access.info(), { version: '1.2.1', connTabSize: 4096 });
  const bad = { ...set, destination: { ...set.destination, address: '10.0.0.1\n-C' } };
  const remove = { ...set, kind: 'remove' as const };
  const results = await access.apply([set, bad, remove]);
  assert.deepEqual(
    results.map((result) => (result.ok ? 'ok' : result.code)),
    ['ok', 'refused', 'ok'],
  );
  const lines =
    '-e -t 192.0.2.10:443 -r 10.0.1.12:8443 -m -w 0\n-d -t 192.0.2.10:443 -r 10.0.1.12:8443\n';
  assert.equal(readFileSync(join(dir, 'lines'), 'utf8'), lines);
  access.close();
});

test('after a complaint each change is judged by the table', async (t) => {
  const complaint = 'echo No such destination >&2';
  const access = ipvsadmAccess(program(t, reads.replace('RESTORE', complaint)).path);
  const there = set.destination;
  const gone = server('10.0.9.9', 443, 0, 1);
  const cases: readonly [TableChange, string][] = [
    [set, 'ok'],
    [{ ...set, destination: gone }, 'missing'],
    [{ ...set, service: { ...web, port: 444 } }, 'missing'],
    [{ ...set, kind: 'add', destination: { ...there, port: 1 } }, 'failed'],
    [{ ...set, kind: 'remove', destination: { ...gone, port: 1 } }, 'ok'],
    [{ ...set, destination: server('10.0.1.11', 443, 0, 9) }, 'failed'],
  ];
  const results = await access.apply(cases.map(([change]) => change));
  assert.deepEqual(
    results.map((result) => (result.ok ? 'ok' : result.code)),
    cases.map(([, code]) => code),
  );
  assert.match(JSON.stringify(results[5]), /ipvsadm printed: No such destination/);
  // Of two changes to one server, and of one that is there already.
  const [added] = await access.apply([
    { ...set, kind: 'add', destination: { ...there, weight: 9 } },
  ]);
  assert.equal(added?.ok === false && added.code, 'exists');
  const both = await access.apply([{ ...set, destination: { ...there, weight: 9 } }, set]);
  assert.deepEqual(both, [{ ok: true }, { ok: true }]);
  access.close();
});

test('says what is missing', async (t) => {
  await assert.rejects(ipvsadmAccess('no-such-ipvsadm').dump(), isTableError('no_ipvsadm'));
  const words = (reason: string): string =>
    program(t, `echo "Can't initialize ipvs: ${reason}" >&2; exit 2`).path;
  const denied = ipvsadmAccess(words('Permission denied (you must be root)'));
  await assert.rejects(denied.dump(), isTableError('no_permission'));
  await assert.rejects(denied.apply([set]), isTableError('no_permission'));
  const without = ipvsadmAccess(words('Protocol not available'));
  await assert.rejects(without.dump(), isTableError('no_ipvs'));
  const odd = ipvsadmAccess(program(t, 'printf "a\\033[31mb\\nc\\n" >&2; exit 1').path);
  await assert.rejects(odd.dump(), /failed: a \[31mb$/);
});

test('closing kills it with all that it started', async (t) => {
  const { path, dir } = program(
    t,
    'sleep 1000 & echo $! >$dir/pid.new; mv $dir/pid.new $dir/pid; wait',
  );
  const access = ipvsadmAccess(path);
  const dumped = access.dump();
  const rejected = assert.rejects(dumped, isTableError('failed'));
  const pid = await until(() => pidIn(dir), 30_000, 'it runs');
  access.close();
  await rejected;
  await until(() => !isAlive(pid), 30_000, 'what it started is gone');
  await assert.rejects(access.dump(), /closed/);
});

test('endless output is cut off', async (t) => {
  const access = ipvsadmAccess(program(t, 'exec cat /dev/zero').path);
  await assert.rejects(access.dump(), /printed more than 16777216 bytes/);
});

function pidIn(dir: string): number | false {
  try {
    return Number(readFileSync(join(dir, 'pid'), 'utf8'));
  } catch {
    return false;
  }
}

/** A zombie that nobody has collected is not alive. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

test('a signal that was meant for us does not lose the batch: it runs again, once', async (t) => {
  const once = '[ -e $dir/again ] || { : >$dir/again; kill -TERM $$; }';
  const { path, dir } = program(t, reads.replace('RESTORE', once));
  assert.deepEqual(await ipvsadmAccess(path).apply([set]), [{ ok: true }]);
  assert.match(readFileSync(join(dir, 'lines'), 'utf8'), /^-e /);

  const always = ipvsadmAccess(program(t, 'kill -TERM $$').path);
  await assert.rejects(always.dump(), isTableError('failed'));
});
