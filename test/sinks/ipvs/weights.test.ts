import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { READ_BACK_MS, RETRY_MAX_MS } from '../../../src/sinks/ipvs/limits.ts';
import { realServer, tableService } from './fake-table.ts';
import { configOf, Rig, serviceOf, webVirtual } from './rig.ts';

const web = 'tcp 192.0.2.10:80';
const servers = [{ address: '10.0.0.1' }, { address: '10.0.0.2' }];

function rig(onDown: 'quiesce' | 'remove' = 'quiesce'): Rig {
  const made = new Rig(configOf([serviceOf('web', webVirtual, servers, onDown)]));
  made.table.add(
    tableService(webVirtual, [
      { ...realServer('10.0.0.1', 80, 100), upperThreshold: 50, lowerThreshold: 10 },
      realServer('10.0.0.2', 80, 200),
      realServer('10.9.9.9', 80, 7),
    ]),
  );
  return made;
}

describe('weights follow the intents', () => {
  test('a difference is written with all else as it was, and confirmed', async () => {
    const it = rig();
    it.start();
    await it.settle();
    it.want({ 'web/10.0.0.1:80': 0 });
    await it.settle();
    assert.equal(it.table.weight(web, '10.0.0.1:80'), 0);
    assert.equal(it.table.server(web, '10.0.0.1:80')?.upperThreshold, 50);
    const line = 'ipvsadm -e -t 192.0.2.10:80 -r 10.0.0.1:80 -g -w 0 -x 50 -y 10';
    assert.deepEqual(it.commands('sent'), [line]);
    assert.deepEqual(it.commands('confirmed'), [line]);
    const [confirmed] = it.actions('confirmed');
    assert.deepEqual(confirmed?.keys, ['web/10.0.0.1:80']);
    assert.equal(confirmed?.action, 'weight');
    assert.equal(confirmed?.weight, 0);
  });

  test('what is right already is confirmed without a command', async () => {
    const it = rig();
    it.start();
    await it.settle();
    it.want({ 'web/10.0.0.1:80': 100, 'web/10.0.0.2:80': 200 });
    await it.settle();
    assert.equal(it.table.batches.length, 0);
    assert.deepEqual(it.commands('confirmed'), ['', '']);
    assert.deepEqual(it.commands('sent'), []);
  });

  test('intents that came before the table was read are carried out after it', async () => {
    const it = rig();
    it.start();
    it.want({ 'web/10.0.0.1:80': 0, 'web/10.0.0.2:80': 200 });
    await it.settle();
    assert.equal(it.table.weight(web, '10.0.0.1:80'), 0);
    assert.equal(it.actions('confirmed').length, 2);
  });

  test('one batch is in flight at most, and the newest intent wins', async () => {
    const it = rig();
    it.start();
    await it.settle();
    const open = it.closeGate();
    it.want({ 'web/10.0.0.1:80': 0 });
    it.want({ 'web/10.0.0.2:80': 10 });
    it.want({ 'web/10.0.0.2:80': 20 });
    it.want({ 'web/10.0.0.2:80': 30 });
    await it.settle();
    assert.equal(it.table.batches.length, 1);
    open();
    await it.settle();
    assert.equal(it.table.batches.length, 2);
    assert.equal(it.table.weight(web, '10.0.0.2:80'), 30);
    assert.equal(it.table.batches.flat().length, 2);
  });

  test('via ipvsadm nothing is confirmed before it was read back', async () => {
    const it = rig();
    it.table.via = 'ipvsadm';
    it.start();
    await it.settle();
    const dumps = it.table.dumps;
    it.want({ 'web/10.0.0.1:80': 0 });
    await it.settle();
    assert.equal(it.table.dumps, dumps + 1);
    assert.equal(it.commands('confirmed').length, 1);
  });

  test('a change that ipvsadm reports and does not make is logged once, and tried again at a bounded rate', async () => {
    const it = rig();
    it.table.via = 'ipvsadm';
    it.table.refuse = () => ({ ok: true });
    it.start();
    await it.settle();
    it.want({ 'web/10.0.0.1:80': 0 });
    await it.pass(60_000);
    assert.ok(it.table.batches.length > 5 && it.table.batches.length < 20);
    assert.equal(it.commands('rejected').length, 1);
    assert.deepEqual(it.commands('confirmed'), []);
    assert.equal(it.notices('ipvs_failed').length, 1);
    it.table.refuse = () => null;
    await it.pass(RETRY_MAX_MS);
    assert.equal(it.table.weight(web, '10.0.0.1:80'), 0);
    assert.equal(it.commands('confirmed').length, 1);
  });

  test('via netlink what was written is looked at again soon, and written again where it did not stay', async () => {
    const it = rig();
    it.start();
    await it.settle();
    it.want({ 'web/10.0.0.1:80': 0 });
    await it.settle();
    it.table.edit(web, '10.0.0.1:80', { weight: 100 });
    await it.pass(READ_BACK_MS);
    assert.equal(it.table.weight(web, '10.0.0.1:80'), 0);
  });

  test('a firewall mark is written for both families, port 0 included', async () => {
    const it = new Rig(
      configOf([
        serviceOf('any', { kind: 'fwmark', mark: 7 }, [
          { address: '10.0.0.1' },
          { address: 'fd00::1' },
        ]),
      ]),
    );
    it.table.add(
      tableService({ kind: 'fwmark', mark: 7, family: 4 }, [realServer('10.0.0.1', 0, 3)]),
    );
    it.table.add(
      tableService({ kind: 'fwmark', mark: 7, family: 6 }, [realServer('fd00::1', 80, 3)]),
    );
    it.start();
    await it.settle();
    it.want({ 'any/10.0.0.1:80': 0, 'any/fd00::1:80': 0 });
    await it.settle();
    assert.deepEqual(it.commands('confirmed'), [
      'ipvsadm -e -f 7 -r 10.0.0.1:0 -g -w 0',
      'ipvsadm -e -f 7 -6 -r [fd00::1]:80 -g -w 0',
    ]);
  });
});

describe('port 0 behind a firewall mark', () => {
  test('is no server that the configuration names with two ports', async () => {
    const it = new Rig(
      configOf([
        serviceOf('any', { kind: 'fwmark', mark: 7 }, [
          { address: '10.0.0.1', port: 80 },
          { address: '10.0.0.1', port: 81 },
        ]),
      ]),
    );
    it.table.add(
      tableService({ kind: 'fwmark', mark: 7, family: 4 }, [realServer('10.0.0.1', 0, 3)]),
    );
    it.start();
    it.want({ 'any/10.0.0.1:80': 0, 'any/10.0.0.1:81': 5 });
    await it.pass(10_000);
    assert.equal(it.table.weight('fwmark 7 (IPv4)', '10.0.0.1:0'), 3);
    assert.deepEqual(it.lastTable()?.missing, new Set(['any/10.0.0.1:80', 'any/10.0.0.1:81']));
  });
});

describe('the table belongs to others, too', () => {
  test('a weight that another program changes is logged and set again at the next reading', async () => {
    const it = rig();
    it.start();
    it.want({ 'web/10.0.0.1:80': 100 });
    await it.settle();
    it.table.edit(web, '10.0.0.1:80', { weight: 5 });
    it.table.edit(web, '10.0.0.2:80', { weight: 6 });
    it.table.edit(web, '10.9.9.9:80', { weight: 8 });
    await it.pass(10_000);
    assert.deepEqual(it.notices('ipvs_drift'), [
      'another program changed the table: tcp 192.0.2.10:80 -> 10.0.0.1:80: weight 100 -> 5',
      'another program changed the table: tcp 192.0.2.10:80 -> 10.0.0.2:80: weight 200 -> 6',
    ]);
    assert.equal(it.table.weight(web, '10.0.0.1:80'), 100);
    const repairs = it.actions('sent').map(({ isRepeat }) => isRepeat);
    assert.deepEqual(repairs, [true], 'a repair is no reaction to what was observed before');
    assert.equal(it.table.weight(web, '10.0.0.2:80'), 6, 'no intent: left as it is');
    assert.equal(it.table.weight(web, '10.9.9.9:80'), 8, 'not managed: neither logged nor changed');
  });

  test('a changed forwarding method is kept when the weight is written', async () => {
    const it = rig();
    it.start();
    await it.settle();
    it.table.edit(web, '10.0.0.1:80', { forwarding: 0 });
    await it.pass(10_000);
    it.want({ 'web/10.0.0.1:80': 1 });
    await it.settle();
    assert.equal(it.table.server(web, '10.0.0.1:80')?.forwarding, 0);
    assert.equal(it.notices('ipvs_drift').length, 1);
  });

  test('a flushed table is waited for, and put right when somebody restores it', async () => {
    const it = rig();
    it.start();
    it.want({ 'web/10.0.0.1:80': 0 });
    await it.settle();
    const saved = it.table.services.get(web);
    assert.ok(saved);
    it.table.services.clear();
    await it.pass(10_000);
    assert.deepEqual([...(it.lastTable()?.missing ?? [])].toSorted(), [
      'web',
      'web/10.0.0.1:80',
      'web/10.0.0.2:80',
    ]);
    assert.deepEqual(it.notices('ipvs_missing'), [
      'the service web (tcp 192.0.2.10:80) is not in the IPVS table: routevane waits for it and does not create it',
    ]);
    it.want({ 'web/10.0.0.2:80': 0 });
    // Some seconds before the table would be read in any case.
    await it.pass(23_000);
    assert.equal(it.table.services.size, 0, 'nothing is created');
    assert.equal(it.notices('ipvs_missing').length, 1, 'logged once');
    it.table.add(saved);
    it.table.edit(web, '10.0.0.1:80', { weight: 100 });
    // While something is missing it is looked for more often: what is dead must not serve for long.
    await it.pass(2_100);
    assert.equal(it.table.weight(web, '10.0.0.1:80'), 0);
    assert.equal(it.table.weight(web, '10.0.0.2:80'), 0);
    assert.deepEqual(it.lastTable()?.missing, new Set());
    assert.equal(it.notices('ipvs_found').length, 1);
  });

  test('a server that vanished under a write is reported and not created', async () => {
    const it = rig();
    it.start();
    await it.settle();
    it.table.edit(web, '10.0.0.1:80', null);
    it.want({ 'web/10.0.0.1:80': 0 });
    await it.pass(1_000);
    assert.equal(it.commands('rejected').length, 1);
    assert.deepEqual(it.lastTable()?.missing, new Set(['web/10.0.0.1:80']));
    assert.equal(it.table.server(web, '10.0.0.1:80'), undefined);
  });
});

describe('connections', () => {
  test('are fed back with each look, and each second while a drain waits for them', async () => {
    const it = rig();
    it.table.edit(web, '10.0.0.1:80', { activeConnections: 12 });
    it.start();
    await it.settle();
    const counts = (): number[] =>
      it.feedback.flatMap((each) =>
        each.kind === 'connections' ? [each.active.get('web/10.0.0.1:80') ?? -1] : [],
      );
    assert.deepEqual(counts(), [12]);
    it.want({}, ['web']);
    await it.pass(3_000);
    assert.ok(counts().length >= 4, String(counts()));
    it.want({}, []);
    await it.pass(1_000);
    const before = counts().length;
    await it.pass(5_000);
    assert.ok(counts().length <= before + 1);
  });
});
