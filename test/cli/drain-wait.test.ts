import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test, type TestContext } from 'node:test';
import type { Drain } from '../../src/model/drain.ts';
import type { DrainView, View } from '../../src/model/view.ts';
import { openRig, type Rig } from '../admin/rig.ts';
import { sampleView } from '../admin/view.ts';
import { routevaneCommand } from '../e2e/routevane.ts';
import { until } from '../e2e/until.ts';

const server = 'web/10.0.1.11:443';

/** How far the drain of the server is. */
type Progress = Pick<DrainView, 'isDone' | 'isOut' | 'activeConnections'>;

describe('drain --wait', () => {
  test('returns when nothing is left', async (t) => {
    const progress = { isDone: false, isOut: true, activeConnections: 3 };
    const rig = await openRig(t, { view: draining(progress) });
    const running = start(t, rig, '--wait');
    await until(() => rig.controls.length > 0, 30_000, 'the drain has begun');
    assert.equal(running.code(), null);
    Object.assign(progress, { isDone: true, activeConnections: 0 });
    assert.equal(await running.end, 0, running.text());
    assert.match(running.text(), /^web\/10\.0\.1\.11:443: drained$/mu);
  });

  test('returns when as few connections are left as --connections says', async (t) => {
    const progress = { isDone: false, isOut: true, activeConnections: 5 };
    const rig = await openRig(t, { view: draining(progress) });
    const few = start(t, rig, '--connections', '5');
    assert.equal(await few.end, 0, few.text());
    assert.match(few.text(), /: drained, 5 connections left$/mu);
  });

  test('--within ends the wait: well when nothing new comes, else not', async (t) => {
    const progress = { isDone: false, isOut: true, activeConnections: 5 };
    const rig = await openRig(t, { view: draining(progress) });
    const out = start(t, rig, '--within', '100ms');
    assert.equal(await out.end, 0, out.text());
    assert.match(out.text(), /: drained, 5 connections left$/mu);
    progress.isOut = false;
    const still = start(t, rig, '--within', '100ms', '--connections', '9');
    assert.equal(await still.end, 1);
    assert.match(still.text(), /5 connections left.*: it still takes new connections/u);
  });

  test('says what --connections and --within take', async (t) => {
    const rig = await openRig(t);
    for (const words of [['--connections', '-1'], ['--connections=few'], ['--within', '5']]) {
      const wrong = start(t, rig, ...words);
      assert.equal(await wrong.end, 2, wrong.text());
    }
    assert.deepEqual(rig.controls, []);
  });
});

function draining(progress: Progress): (drains: ReadonlyMap<string, Drain>) => View {
  return (drains) => {
    const view = sampleView(drains);
    const [web] = view.services();
    const [first, ...rest] = web?.realServers ?? [];
    assert.ok(web !== undefined && first !== undefined);
    const { drain } = first;
    const shown = drain === null ? null : { ...drain, ...progress };
    const realServers = [{ ...first, drain: shown }, ...rest];
    return { ...view, services: () => [{ ...web, realServers }] };
  };
}

interface Running {
  readonly end: Promise<number | null>;
  readonly code: () => number | null;
  readonly text: () => string;
}

function start(t: TestContext, rig: Rig, ...words: readonly string[]): Running {
  const [command = '', ...args] = routevaneCommand('drain', server, ...words);
  const env = { ...process.env, ROUTEVANE_SOCKET: rig.socket };
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const end = once(child, 'close').then(() => child.exitCode);
  return { end, code: () => child.exitCode, text: () => text };
}
