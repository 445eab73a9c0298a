import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TableError } from '../../../src/sinks/ipvs/table-access.ts';
import { RETRY_MAX_MS } from '../../../src/sinks/ipvs/limits.ts';
import { realServer, type FakeTable, tableService } from './fake-table.ts';
import { configOf, Rig, serviceOf, webVirtual } from './rig.ts';

const web = 'tcp 192.0.2.10:80';
const key = 'web/10.0.0.1:80';
const oneServer = [serviceOf('web', webVirtual, [{ address: '10.0.0.1' }])];

function fill(table: FakeTable): void {
  table.add(
    tableService({ kind: 'address', protocol: 'tcp', address: '192.0.2.10', port: 80 }, [
      realServer('10.0.0.1', 80, 100),
    ]),
  );
}

function rig(...more: Parameters<typeof configOf> extends [unknown, ...infer M] ? M : never): Rig {
  const made = new Rig(configOf(oneServer, ...more));
  fill(made.table);
  return made;
}

describe('no way to the table', () => {
  test('is logged once, tried again at a bounded rate, and recovers', async () => {
    const it = rig();
    it.table.dumpError = new TableError('no_ipvs', 'no IPVS in this kernel: modprobe ip_vs');
    it.start();
    it.want({ [key]: 0 });
    await it.pass(120_000);
    assert.deepEqual(it.states(), ['lost: no IPVS in this kernel: modprobe ip_vs']);
    assert.equal(it.notices('ipvs_lost').length, 1);
    assert.ok(it.table.dumps >= 120_000 / RETRY_MAX_MS && it.table.dumps < 25, `${it.table.dumps}`);
    it.table.dumpError = null;
    await it.pass(RETRY_MAX_MS);
    assert.equal(it.states().at(-1), 'connected: netlink');
    assert.equal(it.table.weight(web, '10.0.0.1:80'), 0);
    it.table.dumpError = new TableError('no_permission', 'CAP_NET_ADMIN is missing');
    const { dumps } = it.table;
    await it.pass(12_000);
    assert.equal(it.states().at(-1), 'lost: CAP_NET_ADMIN is missing');
    assert.ok(it.table.dumps - dumps >= 4, 'a new failure is tried again soon');
  });

  test('a way that cannot be opened counts as lost', async () => {
    const it = rig();
    it.open = () => {
      throw new TableError('no_ipvsadm', 'install ipvsadm');
    };
    it.start();
    await it.settle();
    assert.deepEqual(it.states(), ['lost: install ipvsadm']);
  });

  test('without koffi ipvsadm is used, and that is logged', async () => {
    const it = rig();
    it.open = (via) => {
      if (via === 'netlink') throw new TableError('no_koffi', 'koffi is not installed');
      it.table.via = via;
      return it.table;
    };
    it.start();
    await it.settle();
    assert.deepEqual(it.opened, ['netlink', 'ipvsadm']);
    assert.deepEqual(it.states(), ['connected: ipvsadm']);
    assert.equal(it.notices('ipvs_without_netlink').length, 1);
  });

  test('with neither it says so in one line, and takes the one that comes first', async () => {
    const it = rig();
    let installed: 'ipvsadm' | null = null;
    it.open = (via) => {
      if (via === 'netlink') throw new TableError('no_koffi', 'koffi is not installed');
      if (installed === null) throw new TableError('no_ipvsadm', 'install ipvsadm');
      it.table.via = via;
      return it.table;
    };
    it.start();
    await it.pass(2_000);
    assert.deepEqual(
      it.notices('ipvs_lost').map((line) => /koffi.* ipvsadm.* install one of them/u.test(line)),
      [true],
    );
    assert.deepEqual(it.notices('ipvs_without_netlink'), []);
    assert.deepEqual(it.opened.slice(0, 4), ['netlink', 'ipvsadm', 'netlink', 'ipvsadm']);
    installed = 'ipvsadm';
    await it.pass(10_000);
    assert.equal(it.states().at(-1), 'connected: ipvsadm');
    assert.equal(it.notices('ipvs_without_netlink').length, 1);
  });

  test('a write whose way fails is unanswered, and done after the next look', async () => {
    const it = rig();
    it.start();
    await it.settle();
    it.table.applyError = new Error('the socket is gone');
    it.want({ [key]: 0 });
    await it.settle();
    assert.equal(it.commands('unanswered').length, 1);
    assert.equal(it.states().at(-1), 'lost: the socket is gone');
    assert.equal(it.table.closed, 1, 'it is opened anew');
    it.table.applyError = null;
    await it.pass(2_000);
    assert.equal(it.states().at(-1), 'connected: netlink');
    assert.equal(it.table.weight(web, '10.0.0.1:80'), 0);
  });
});

describe('changes that the kernel refuses', () => {
  test('are logged once and tried again; the others are written', async () => {
    const it = new Rig(
      configOf([serviceOf('web', webVirtual, [{ address: '10.0.0.1' }, { address: '10.0.0.2' }])]),
    );
    it.table.add(
      tableService({ kind: 'address', protocol: 'tcp', address: '192.0.2.10', port: 80 }, [
        realServer('10.0.0.1', 80, 100),
        realServer('10.0.0.2', 80, 100),
      ]),
    );
    it.table.refuse = ({ destination: { address } }) =>
      address === '10.0.0.1' ? { ok: false, code: 'refused', reason: 'invalid argument' } : null;
    it.start();
    await it.settle();
    it.want({ [key]: 0, 'web/10.0.0.2:80': 0 });
    await it.pass(60_000);
    assert.equal(it.table.weight(web, '10.0.0.2:80'), 0);
    assert.equal(it.commands('rejected').length, 1);
    assert.ok(it.table.batches.length < 20, `${it.table.batches.length} batches`);
    it.table.refuse = () => null;
    await it.pass(RETRY_MAX_MS);
    assert.equal(it.table.weight(web, '10.0.0.1:80'), 0);
  });

  test('many of them are one line a minute in the log, and an action each', async () => {
    const it = rig();
    it.table.refuse = () => ({ ok: false, code: 'refused', reason: 'invalid argument' });
    it.start();
    await it.settle();
    for (const weight of [1, 2, 3]) {
      it.want({ [key]: weight });
      await it.settle();
    }
    assert.equal(it.commands('rejected').length, 3);
    assert.deepEqual(it.notices('ipvs_refused'), [`${key}: weight 1: invalid argument`]);
    await it.pass(60_000);
    it.want({ [key]: 4 });
    await it.settle();
    assert.equal(it.notices('ipvs_refused').length, 2);
  });

  test('for want of permission the table is lost', async () => {
    const it = rig();
    it.table.refuse = () => ({ ok: false, code: 'denied', reason: 'CAP_NET_ADMIN is missing' });
    it.start();
    await it.settle();
    it.want({ [key]: 0 });
    await it.settle();
    assert.equal(it.states().at(-1), 'lost: CAP_NET_ADMIN is missing');
  });
});

describe('dry run', () => {
  test('says each line once, writes nothing, and lets announces go on', async () => {
    const it = rig({ ipvs: { via: 'netlink', dryRun: true } });
    it.start();
    await it.settle();
    it.want({ [key]: 0 });
    await it.pass(30_000);
    assert.deepEqual(it.notices('ipvs_dry_run'), [
      'would run: ipvsadm -e -t 192.0.2.10:80 -r 10.0.0.1:80 -g -w 0',
    ]);
    assert.equal(it.table.batches.length, 0);
    assert.deepEqual(it.commands('sent'), [], 'nothing was handed over');
    assert.deepEqual(it.commands('confirmed'), ['']);
    assert.deepEqual(it.notices('ipvs_drift'), []);
  });
});

describe('dry run with on_down: remove', () => {
  test('says once what it would take out, and once what it would put back', async () => {
    const it = new Rig(
      configOf([serviceOf('web', webVirtual, [{ address: '10.0.0.1' }], 'remove')], {
        ipvs: { via: 'netlink', dryRun: true },
      }),
    );
    fill(it.table);
    it.start();
    await it.settle();
    it.want({ [key]: 'removed' });
    await it.pass(30_000);
    it.want({ [key]: 100 });
    await it.pass(30_000);
    assert.deepEqual(it.notices('ipvs_dry_run'), [
      'would run: ipvsadm -d -t 192.0.2.10:80 -r 10.0.0.1:80',
      'would run: ipvsadm -a -t 192.0.2.10:80 -r 10.0.0.1:80 -g -w 100',
    ]);
    assert.deepEqual(it.notices('ipvs_missing'), []);
    assert.equal(it.table.batches.length, 0);
  });
});

describe('the end', () => {
  test('a write under way is finished, then the sink completes and lets the table go', async () => {
    const it = rig();
    it.start();
    await it.settle();
    const open = it.closeGate();
    it.want({ [key]: 0 });
    it.turn$.complete();
    await it.settle();
    assert.equal(it.isComplete, false);
    open();
    await it.settle();
    assert.equal(it.isComplete, true);
    assert.equal(it.commands('confirmed').length, 1);
    assert.equal(it.table.closed, 1);
  });

  test('it does not wait for ever, nor for a table that is lost', async () => {
    const it = rig();
    it.start();
    await it.settle();
    it.table.gate = new Promise(() => {});
    it.want({ [key]: 0 });
    it.gone$.next();
    await it.pass(2_000);
    assert.equal(it.isComplete, true);
  });

  test('unsubscribing leaves no timer behind', async () => {
    const it = rig();
    const stop = it.start();
    await it.settle();
    assert.equal(it.scheduler.actions.filter(({ closed }) => !closed).length, 1);
    stop();
    assert.equal(it.scheduler.actions.filter(({ closed }) => !closed).length, 0);
    const { dumps } = it.table;
    await it.pass(60_000);
    assert.equal(it.table.dumps, dumps);
    assert.equal(it.table.closed, 1);
  });

  test('switched off it says so, and ends with the turns', async () => {
    const it = rig({ ipvs: { via: 'off' } });
    it.start();
    it.want({ [key]: 0 });
    assert.deepEqual(it.states(), ['off: ']);
    it.turn$.complete();
    await it.settle();
    assert.equal(it.isComplete, true);
    assert.deepEqual(it.opened, []);
  });
});
