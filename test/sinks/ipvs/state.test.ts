import assert from 'node:assert/strict';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Destination } from '../../../src/protocol/ipvs/table.ts';
import { until } from '../../e2e/until.ts';
import { STATE_FILE_MAX_BYTES } from '../../../src/sinks/ipvs/limits.ts';
import { realServer, type FakeTable, tableService } from './fake-table.ts';
import { configOf, Rig, serviceOf, webVirtual, type SampleServer } from './rig.ts';

const web = 'tcp 192.0.2.10:80';
const key = 'web/10.0.0.1:80';
const one: readonly SampleServer[] = [{ address: '10.0.0.1' }];

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function stateDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'routevane-ipvs-'));
  folders.push(folder);
  return folder;
}

interface More {
  readonly servers?: readonly SampleServer[];
  readonly onDown?: 'remove';
  readonly weight?: number;
}

/** One life of the sink; what is in `table` stays for the next. */
async function life(folder: string | null, table: FakeTable | null, more: More = {}): Promise<Rig> {
  const it = rigOf(folder, table, more);
  it.start();
  await until(() => it.lastTable() !== undefined, 30_000, 'the table is read');
  return it;
}

function rigOf(folder: string | null, table: FakeTable | null, more: More): Rig {
  const services = [serviceOf('web', webVirtual, more.servers ?? one, more.onDown)];
  const it = new Rig(configOf(services, { stateDir: folder }));
  for (const each of table?.services.values() ?? []) it.table.add(each);
  if (table === null) {
    const identity = { kind: 'address', protocol: 'tcp', address: '192.0.2.10', port: 80 } as const;
    it.table.add(tableService(identity, [realServer('10.0.0.1', 80, more.weight ?? 100)]));
  }
  return it;
}

/** The base weight that was reported last, without what was found at the start. */
function baseIn(it: Pick<Rig, 'lastTable'>, server: string): unknown {
  const base = it.lastTable()?.bases.get(server);
  return base && { weight: base.weight, isDrained: base.isDrained };
}

describe('base weights', () => {
  test('a crash while a server is at 0 never makes 0 its base', async () => {
    const folder = stateDir();
    const first = await life(folder, null, { weight: 70 });
    first.want({ [key]: 0 });
    await first.settle();
    assert.equal(first.table.weight(web, '10.0.0.1:80'), 0);
    const second = await life(folder, first.table);
    assert.deepEqual(baseIn(second, key), { weight: 70, isDrained: false });
    assert.deepEqual(second.table.batches, [], 'a restart changes no weight by itself');
  });

  test('a weight above what a configuration can say is kept, too', async () => {
    const folder = stateDir();
    const first = await life(folder, null, { weight: 2 ** 31 - 1 });
    first.want({ [key]: 0 });
    await first.settle();
    const second = await life(folder, first.table);
    assert.equal(second.lastTable()?.bases.get(key)?.weight, 2 ** 31 - 1);
    assert.deepEqual(second.notices('state_unusable'), []);
  });

  test('the configured weight wins, and is saved for when it is no longer configured', async () => {
    const folder = stateDir();
    const first = await life(folder, null, { servers: [{ address: '10.0.0.1', weight: 30 }] });
    assert.deepEqual(baseIn(first, key), { weight: 30, isDrained: false });
    const second = await life(folder, first.table);
    assert.deepEqual(baseIn(second, key), { weight: 30, isDrained: false });
  });

  test('found at 0 with no better knowledge it is drained, until somebody gives it a weight', async () => {
    const it = await life(null, null, { weight: 0 });
    assert.deepEqual(baseIn(it, key), { weight: 0, isDrained: true });
    await it.pass(20_000);
    assert.equal(it.notices('ipvs_drained').length, 1, 'logged once');
    it.table.edit(web, '10.0.0.1:80', { weight: 9 });
    await it.pass(10_000);
    assert.deepEqual(baseIn(it, key), { weight: 9, isDrained: false });
  });

  for (const [four, six, weight] of [
    [7, 9, 7],
    [0, 9, 9],
  ] as const) {
    test(`at ${four} for IPv4 and ${six} for IPv6 of a firewall mark it is ${weight}`, async () => {
      const mark = { kind: 'fwmark', mark: 7 } as const;
      const it = new Rig(configOf([serviceOf('web', mark, one)]));
      it.table.add(tableService({ ...mark, family: 4 }, [realServer('10.0.0.1', 80, four)]));
      it.table.add(tableService({ ...mark, family: 6 }, [realServer('10.0.0.1', 80, six)]));
      it.start();
      await it.settle();
      assert.deepEqual(baseIn(it, key), { weight, isDrained: false });
    });
  }

  test('what somebody gives a drained server is not reset before the next turn knows', async () => {
    const it = await life(null, null, { weight: 0 });
    it.want({ [key]: 0 });
    await it.pass(1_000);
    it.table.edit(web, '10.0.0.1:80', { weight: 9 });
    await it.pass(10_000);
    assert.equal(it.lastTable()?.bases.get(key)?.weight, 9);
    it.want({ [key]: 9 });
    await it.pass(10_000);
    assert.deepEqual(it.table.batches, []);
  });

  test('a server that is given a weight while it should be out is put to 0 soon', async () => {
    const it = await life(null, null, { weight: 0 });
    it.want({ [key]: 0 });
    await it.pass(1_000);
    it.table.edit(web, '10.0.0.1:80', { weight: 9 });
    await it.pass(12_000);
    assert.equal(it.table.weight(web, '10.0.0.1:80'), 0);
  });

  for (const [what, text] of [
    ['cut short', '{ "weights": { "tcp 192'],
    ['of another kind', '[]'],
    ['with a weight that is none', '{ "weights": { "a": 2147483648 } }'],
    ['binary', '\0\u0001\uFFFD'],
  ] as const) {
    test(`a file ${what} is moved aside and logged, and the weight comes from the table`, async () => {
      const folder = stateDir();
      writeFileSync(join(folder, 'base-weights.json'), text);
      const it = await life(folder, null);
      assert.deepEqual(baseIn(it, key), { weight: 100, isDrained: false });
      assert.equal(it.notices('state_unusable').length, 1);
      assert.equal(readFileSync(join(folder, 'base-weights.json.damaged'), 'utf8'), text);
    });
  }

  test('a file that nobody wrote as long is not read', async () => {
    const folder = stateDir();
    const file = join(folder, 'base-weights.json');
    writeFileSync(file, '');
    truncateSync(file, STATE_FILE_MAX_BYTES + 1);
    const it = await life(folder, null);
    assert.match(it.notices('state_unusable').join('\n'), /is too large/u);
  });

  test('a folder that cannot be written is logged, and weights are still written', async () => {
    const folder = stateDir();
    writeFileSync(join(folder, 'file'), '');
    const it = await life(join(folder, 'file', 'state'), null);
    it.want({ [key]: 0 });
    await it.settle();
    assert.equal(it.table.weight(web, '10.0.0.1:80'), 0);
    assert.ok(it.notices('state_unusable').length > 0);
  });
});

describe('on_down: remove', () => {
  const whole: Partial<Destination> = {
    forwarding: 2,
    upperThreshold: 500,
    lowerThreshold: 400,
    tunnel: { type: 1, port: 6080, flags: 1 },
    weight: 42,
  };

  test('takes a server out, and puts it back exactly as it was, also in a later life', async () => {
    const folder = stateDir();
    const first = await life(folder, null, { onDown: 'remove' });
    first.table.edit(web, '10.0.0.1:80', whole);
    const before = first.table.server(web, '10.0.0.1:80');
    first.config$.next(first.config$.value);
    await first.settle();
    first.want({ [key]: 'removed' });
    await until(() => first.actions('confirmed').length > 0, 30_000, 'it is out');
    assert.equal(first.table.server(web, '10.0.0.1:80'), undefined);
    assert.deepEqual(first.commands('confirmed'), ['ipvsadm -d -t 192.0.2.10:80 -r 10.0.0.1:80']);
    assert.ok(readdirSync(folder).includes('removed-servers.json'));

    const second = await life(folder, first.table, { onDown: 'remove' });
    assert.deepEqual(second.lastTable()?.missing, new Set(), 'known to be out because of us');
    assert.deepEqual(baseIn(second, key), { weight: 100, isDrained: false });
    second.want({ [key]: 'removed' });
    await second.settle();
    assert.deepEqual(second.commands('confirmed'), [''], 'it is out already');
    second.want({ [key]: 42 });
    await second.settle();
    assert.deepEqual(second.table.server(web, '10.0.0.1:80'), before);
    assert.equal(second.actions('confirmed').at(-1)?.action, 'add');
  });

  test('somebody else who adds it is overruled while it should be out', async () => {
    const it = await life(null, null, { onDown: 'remove' });
    const saved = it.table.services.get(web);
    it.want({ [key]: 'removed' });
    await it.settle();
    assert.ok(saved);
    it.table.add(saved);
    await it.pass(10_000);
    assert.equal(it.table.server(web, '10.0.0.1:80'), undefined);
    it.want({ [key]: 5 });
    await it.settle();
    assert.equal(it.table.weight(web, '10.0.0.1:80'), 5);
  });

  test('what was back and is deleted by somebody else is not ours to add any more', async () => {
    const it = await life(null, null, { onDown: 'remove' });
    it.want({ [key]: 'removed' });
    await it.settle();
    it.want({ [key]: 5 });
    await it.pass(10_000);
    assert.equal(it.table.weight(web, '10.0.0.1:80'), 5);
    it.table.edit(web, '10.0.0.1:80', null);
    await it.pass(30_000);
    assert.equal(it.table.server(web, '10.0.0.1:80'), undefined);
    assert.deepEqual(it.lastTable()?.missing, new Set([key]));
  });

  test('what was removed is missing only while there is no service to add it back to', async () => {
    const it = await life(null, null, { onDown: 'remove' });
    it.want({ [key]: 'removed' });
    await it.pass(10_000);
    assert.deepEqual(it.lastTable()?.missing, new Set());
    const saved = it.table.services.get(web);
    assert.ok(saved);
    it.table.services.clear();
    await it.pass(10_000);
    assert.deepEqual(it.lastTable()?.missing, new Set(['web', key]));
    it.table.add(saved);
    it.want({ [key]: 100 });
    await it.pass(10_000);
    assert.deepEqual(it.lastTable()?.missing, new Set());
    assert.equal(it.table.weight(web, '10.0.0.1:80'), 100);
  });

  test('where it cannot be saved, the server stays in the table at weight 0', async () => {
    const folder = stateDir();
    writeFileSync(join(folder, 'file'), '');
    const it = await life(join(folder, 'file', 'state'), null, { onDown: 'remove' });
    it.want({ [key]: 'removed' });
    await until(() => it.table.weight(web, '10.0.0.1:80') === 0, 30_000, 'it is at 0');
    await it.pass(30_000);
    assert.equal(it.table.weight(web, '10.0.0.1:80'), 0);
  });

  test('nothing is written once it ended, though the removal was noted meanwhile', async () => {
    const it = rigOf(null, null, { onDown: 'remove' });
    const stop = it.start();
    await it.settle();
    it.want({ [key]: 'removed' });
    stop();
    await it.settle();
    assert.deepEqual(it.table.batches, []);
    assert.deepEqual(it.opened, ['netlink']);
  });

  test('a server that is no longer configured is logged with its command, once', async () => {
    const it = await life(null, null, { onDown: 'remove' });
    it.want({ [key]: 'removed' });
    await it.settle();
    it.config$.next(configOf([serviceOf('web', webVirtual, [{ address: '10.0.0.2' }])]));
    await it.pass(20_000);
    assert.deepEqual(it.notices('ipvs_orphan'), [
      'routevane removed this real server, and it is no longer configured; to add it again: ' +
        'ipvsadm -a -t 192.0.2.10:80 -r 10.0.0.1:80 -g -w 100',
    ]);
  });
});
