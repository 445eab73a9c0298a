import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ipvsLab, stop } from './ipvs-lab.ts';
import { lines as everyKind } from './ipvs-table-sample.ts';
import { routevaneCommand } from './routevane.ts';
import { tcp } from './servers.ts';
import type { Ended } from './uml/kernel.ts';

const lab = await ipvsLab({ after });

const saved = [
  '-A -t 192.0.2.10:80 -s wrr',
  '-a -t 192.0.2.10:80 -r 10.10.0.1:80 -m -w 100',
  '-a -t 192.0.2.10:80 -r 10.10.0.2:80 -m -w 200',
];

test('import, check, dry run: beside a table that somebody else made, without touching it', async () => {
  await lab.table(...saved);
  await lab.serve([tcp('10.10.0.1:80')]);
  const { code, stdout, stderr } = await lab.kernel.run(routevaneCommand('import', 'ipvs'));
  assert.deepEqual([code, stderr], [0, '']);
  const file = join(lab.kernel.dir, 'imported.yaml');
  // The kernel for tests has no host name, and /var is the host's.
  const yaml = stdout.replace('/var/lib/routevane', join(lab.kernel.dir, 'state'));
  writeFileSync(file, `node: lb-a\n${yaml}`);
  assert.match(
    await lab.kernel.must(routevaneCommand('check', '-c', file)),
    /ok: up to \d+ file descriptors, 0 signals, 1 service, 2 real servers, 1 route\n$/u,
  );
  const daemon = lab.kernel.start(routevaneCommand('run', '-c', file));
  await daemon.seen('stderr', /ipvs_dry_run/u);
  const log = await stop(daemon);
  assert.deepEqual(
    log.flatMap(({ event, msg }) => (event === 'ipvs_dry_run' ? [msg] : [])),
    ['would run: ipvsadm -e -t 192.0.2.10:80 -r 10.10.0.2:80 -m -w 0'],
  );
  assert.equal(await lab.saved(), `${saved.join('\n')}\n`);
});

test('ipvsadm is found where PATH has no sbin', async () => {
  await lab.table(...saved);
  const { code, stdout, stderr } = await lab.kernel.run(routevaneCommand('import', 'ipvs'), {
    env: { PATH: '/usr/bin:/bin' },
  });
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /tcp-80-192\.0\.2\.10/u);
});

/** The same with these folders empty. */
async function importWithout(...folders: readonly string[]): Promise<Ended> {
  const hide = folders.map((folder) => `mount -t tmpfs none ${folder}`).join(' && ');
  return lab.kernel.run([
    'unshare',
    '--mount',
    'sh',
    '-ec',
    `${hide} && exec "$@"`,
    'sh',
    ...routevaneCommand('import', 'ipvs'),
  ]);
}

/** ipvsadm has an order of its own. */
function sortedLines(text: string): readonly string[] {
  return text.split('\n').toSorted();
}

test('without ipvsadm the kernel is asked itself, and says the same', async () => {
  await lab.kernel.must(['ipvsadm', '-C']);
  await lab.kernel.must(['ipvsadm', '-R'], { input: `${everyKind}\n` });
  const printed = await lab.kernel.run(routevaneCommand('import', 'ipvs'));
  const asked = await importWithout('/usr/sbin');
  assert.equal(asked.code, 0, asked.stderr);
  assert.deepEqual(sortedLines(asked.stdout), sortedLines(printed.stdout));
  assert.deepEqual(sortedLines(asked.stderr), sortedLines(printed.stderr));
});

test('with no way to the table there is one line that says what to do', async () => {
  const { code, stdout, stderr } = await importWithout('/usr/sbin', 'node_modules/koffi');
  assert.deepEqual([code, stdout], [1, '']);
  assert.equal(
    stderr,
    'the live table: ipvsadm: it is not installed: install ipvsadm, or give a FILE\n',
  );
});
