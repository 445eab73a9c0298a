import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Config } from '../../src/model/config.ts';
import type { Drain } from '../../src/model/drain.ts';
import type { Route } from '../../src/model/route.ts';
import type { Rule } from '../../src/model/rule.ts';
import type { View } from '../../src/model/view.ts';
import { until } from '../e2e/until.ts';
import { errorOf, openRig, Rig, type Answer } from './rig.ts';
import { sampleView } from './view.ts';

const server = 'web/10.0.1.11:443';

/** As the kernel knows who runs this test. */
const ourselves = `${userInfo().username} (uid ${userInfo().uid})`;

describe('maintenance', () => {
  test('reaches the core, is shown, is kept in the file, and ends', async (t) => {
    const rig = await openRig(t, { view: sampleView });
    const answer = await drain(rig, server, { reason: 'kernel', owner: 'alice', for: '1h' });
    assert.equal(answer.status, 200, answer.text);
    const { drain: shown, kept } = JSON.parse(answer.text);
    assert.equal(kept, true);
    assert.deepEqual([shown.owner, shown.on_behalf_of], [ourselves, 'alice']);
    assert.deepEqual(shown.progress.active_connections, 3);
    const [control] = rig.controls;
    assert.ok(control?.kind === 'drain' && control.drain.name === server);
    const status = JSON.parse((await rig.ask('/api/v1/status')).text);
    assert.equal(status.services[0].real_servers[0].drain.reason, 'kernel');
    assert.equal(JSON.parse(readFileSync(file(rig), 'utf8')).drains[0].name, server);

    const end = await rig.ask(`/api/v1/drain/${server}`, { method: 'DELETE' });
    assert.equal(end.status, 200);
    assert.equal(rig.controls[1]?.kind, 'undrain');
    assert.deepEqual(JSON.parse(readFileSync(file(rig), 'utf8')).drains, []);
    const again = await rig.ask(`/api/v1/drain/${server}`, { method: 'DELETE' });
    assert.equal(errorOf(again).code, 'not_drained');
    assert.deepEqual(
      rig.logged.map((line) => line.replace(/until \d[^:]*T[^:]*:\d\d:[\d.]*Z/u, 'until …')),
      [
        `drain_begun maintenance of ${server} begins, by ${ourselves} on behalf of alice, until …: kernel`,
        `drain_ended maintenance of ${server} was ended by ${ourselves}`,
      ],
    );
  });

  test('belongs to the name that is given where the kernel knows no user', async (t) => {
    const rig = await openRig(t, { uidOf: () => null });
    const shown = async (body: object): Promise<unknown> => {
      const { owner, on_behalf_of: behalf } = JSON.parse(
        (await drain(rig, server, body)).text,
      ).drain;
      return [owner, behalf];
    };
    assert.deepEqual(await shown({ owner: 'alice' }), ['alice', null]);
    assert.deepEqual(await shown({}), ['unknown', null]);
  });

  test('belongs to a number where no local file has its name, and to nobody twice', async (t) => {
    const stranger = await openRig(t, { uidOf: () => 4_000_000_000 });
    const { drain: first } = JSON.parse((await drain(stranger, server, { owner: 'al' })).text);
    assert.deepEqual([first.owner, first.on_behalf_of], ['uid 4000000000', 'al']);
    const rig = await openRig(t);
    const own = JSON.parse((await drain(rig, server, { owner: userInfo().username })).text).drain;
    assert.deepEqual([own.owner, own.on_behalf_of], [ourselves, null]);
  });

  test('is in force again after a restart, until its time on the clock', async (t) => {
    const first = await openRig(t);
    await drain(first, server, { reason: 'kernel', owner: 'alice', for: '1h' });
    first.close(true);
    const kept = JSON.parse(readFileSync(file(first), 'utf8'));
    kept.drains.push({
      ...kept.drains[0],
      name: 'web',
      boot: null,
      until: new Date(Date.now() - 1).toISOString(),
    });
    writeFileSync(file(first), JSON.stringify(kept));
    const second = new Rig({ folder: first.folder });
    t.after(() => second.close());
    assert.deepEqual([...second.drains.keys()], [server], 'what is over is not taken up again');
    const left = (second.drains.get(server)?.untilMs ?? 0) - performance.now();
    assert.ok(left > 3_500_000 && left <= 3_600_000, String(left));
    assert.match(
      second.logged.join('\n'),
      /^drain_resumed .* continues after the restart, by \S+ \(uid \d+\) on behalf of alice, until/u,
    );
    assert.equal(second.logged.length, 1);
  });

  test('is ended by no step of the wall clock between two lives', async (t) => {
    const first = await openRig(t);
    await drain(first, server, { reason: 'kernel', owner: 'alice', for: '1h' });
    first.close(true);
    const kept = JSON.parse(readFileSync(file(first), 'utf8'));
    // A clock that was set two hours on: by it, the drain is over.
    kept.drains[0].until = new Date(Date.now() - 3_600_000).toISOString();
    writeFileSync(file(first), JSON.stringify(kept));
    const second = new Rig({ folder: first.folder });
    t.after(() => second.close());
    const left = (second.drains.get(server)?.untilMs ?? 0) - performance.now();
    assert.ok(left > 3_500_000 && left <= 3_600_100, String(left));
  });

  test('that expired is forgotten in the file, too', async (t) => {
    const rig = await openRig(t);
    await drain(rig, server, { for: '50ms' });
    const isEmpty = (): boolean => JSON.parse(readFileSync(file(rig), 'utf8')).drains.length === 0;
    await until(isEmpty, 30_000, 'the file is empty');
    assert.match(rig.logged.at(-1) ?? '', /^drain_expired .* has expired/u);
  });

  test('of a damaged file is logged, and the file moved aside', async (t) => {
    const rig = await openRig(t);
    rig.close(true);
    mkdirSync(join(rig.folder, 'state'), { recursive: true });
    for (const text of ['{"drains":', '{"drains":[{"name":"web"}]}', '[]', '\u0000']) {
      writeFileSync(file(rig), text);
      const next = new Rig({ folder: rig.folder });
      next.close(true);
      assert.equal(next.notices[0]?.event, 'maintenance_damaged', text);
      assert.equal(next.drains.size, 0);
    }
    assert.equal(readFileSync(`${file(rig)}.damaged`, 'utf8'), '\u0000');
    rmSync(rig.folder, { recursive: true });
  });

  test('goes on where the disk cannot be written, says so once, and heals', async (t) => {
    const rig = await openRig(t);
    // A file where the folder should be: nobody, not even root, can write below it.
    const state = join(rig.folder, 'state');
    writeFileSync(state, '');
    const answer = await drain(rig, server, {});
    assert.equal(JSON.parse(answer.text).kept, false);
    await drain(rig, '192.0.2.10/32', {});
    assert.equal(rig.drains.size, 2, 'both are in force');
    const noticed = (event: string): number =>
      rig.notices.filter((notice) => notice.event === event).length;
    assert.equal(noticed('maintenance_not_kept'), 1);
    rmSync(state);
    assert.equal(JSON.parse((await drain(rig, 'web', { force: true })).text).kept, true);
    assert.equal(noticed('maintenance_kept'), 1);
    assert.equal(JSON.parse(readFileSync(file(rig), 'utf8')).drains.length, 3);
    chmodSync(state, 0o700);
  });

  test('of a route is over when an ExaBGP that answers has confirmed its withdraw', async (t) => {
    const key = '192.0.2.10/32';
    const rig = await openRig(t, { view: overView });
    const report = (action: 'announce' | 'withdraw', result: 'sent' | 'confirmed'): void =>
      rig.admin.report({
        kind: 'action',
        sink: 'exabgp',
        action,
        keys: [key],
        result,
        command: '',
        cause: { kind: 'stop', atMs: 0 },
        atMs: 0,
      });
    const shown = async (): Promise<unknown[]> => {
      const { drain: one } = JSON.parse((await rig.ask(`/api/v1/drain/${key}`)).text);
      const status = JSON.parse((await rig.ask('/api/v1/status')).text);
      assert.equal(status.routes[0].drain.done, one.done);
      return [one.done, one.progress.unconfirmed_routes];
    };
    await drain(rig, key, {});
    report('announce', 'sent');
    assert.deepEqual(await shown(), [true, 0], 'who never answers is not waited for');
    report('announce', 'confirmed');
    report('withdraw', 'sent');
    assert.deepEqual(await shown(), [false, 1]);
    report('withdraw', 'confirmed');
    assert.deepEqual(await shown(), [true, 0]);
  });

  test('of a service is ended by its name and not by that of a server', async (t) => {
    const rig = await openRig(t, { view: wholeView });
    await drain(rig, 'web', { force: true });
    const refused = errorOf(await rig.ask(`/api/v1/drain/${server}`, { method: 'DELETE' }));
    assert.deepEqual(
      [refused.code, refused.message],
      ['not_drained', `${server} is in maintenance with web: undrain web`],
    );
  });

  test('signals cannot be drained, unknown names neither', async (t) => {
    const rig = await openRig(t);
    assert.equal(errorOf(await drain(rig, 'tor-a', {})).code, 'not_drainable');
    const unknown = errorOf(await drain(rig, 'wbe', {}));
    assert.deepEqual([unknown.code, unknown.nearest], ['unknown_name', 'web']);
    assert.deepEqual(rig.controls, []);
  });
});

describe('maintenance asks for force', () => {
  test('for the last server of a service that takes connections', async (t) => {
    const rig = await openRig(t);
    assert.equal((await drain(rig, server, {})).status, 200);
    const refused = await drain(rig, 'web/10.0.1.12:443', {});
    assert.deepEqual([refused.status, errorOf(refused).code], [409, 'needs_force']);
    assert.equal((await drain(rig, 'web/10.0.1.12:443', { force: true })).status, 200);
  });

  test('for a server without which its service has less than its quorum', async (t) => {
    const rig = await openRig(t, { view: demandingView });
    const { code, message } = errorOf(await drain(rig, server, {}));
    assert.equal(code, 'needs_force');
    assert.match(
      message,
      /^web goes down without 10\.0\.1\.11:443: weight 100 is left, 150 needed/u,
    );
    assert.equal((await drain(rig, server, { force: true })).status, 200);
  });

  test('for more routes than max_withdraw allows, where other nodes are known', async (t) => {
    const routes = ['192.0.2.10/32', '192.0.2.11/32', '192.0.2.12/32', '192.0.2.13/32'].map(route);
    const nodes = ['lb-a', 'lb-b'];
    const maxWithdraw = { share: 0.5, perMs: 60_000 };
    const config: Partial<Config> = { nodes, maxWithdraw, routes };
    const rig = await openRig(t, { config });
    for (const name of ['node', 'web']) {
      const refused = await drain(rig, name, {});
      assert.equal(errorOf(refused).code, 'needs_force', name);
      assert.match(errorOf(refused).message, /4 of 4 routes .* allows 2/u);
    }
    assert.equal((await drain(rig, '192.0.2.10/32', {})).status, 200, 'one of four is within it');

    // The sample's tor-a is up: these routes stay announced without web.
    const when: Rule = {
      kind: 'any',
      of: ['web', 'tor-a'].map((name) => ({ kind: 'name', name })),
    };
    const met = await openRig(t, {
      config: { ...config, routes: routes.map((each) => Object.assign({}, each, { when })) },
    });
    assert.equal((await drain(met, 'web', {})).status, 200, 'no route leaves for it');
    assert.equal(errorOf(await drain(met, 'node', {})).code, 'needs_force');

    const alone = await openRig(t, { config: { ...config, nodes: ['lb-a'] } });
    assert.equal((await drain(alone, 'node', {})).status, 200, 'nobody else is known');
  });
});

/** The core has done its part of each drain. */
function overView(drains: ReadonlyMap<string, Drain>): View {
  const view = sampleView(drains);
  const [first] = view.routes();
  assert.ok(first !== undefined);
  const { drain: shown } = first;
  const over = { ...first, drain: shown === null ? null : { ...shown, isDone: true } };
  return { ...view, routes: () => [over] };
}

/** The servers are in maintenance with their service. */
function wholeView(drains: ReadonlyMap<string, Drain>): View {
  const view = sampleView(drains);
  const services = view.services().map((service) => {
    const realServers = service.realServers.map((each) =>
      Object.assign({}, each, { drain: service.drain }),
    );
    return Object.assign({}, service, { realServers });
  });
  return { ...view, services: () => services };
}

/** The service needs more than one of its servers. */
function demandingView(drains: ReadonlyMap<string, Drain>): View {
  const view = sampleView(drains);
  const [web] = view.services();
  assert.ok(web !== undefined);
  return { ...view, services: () => [{ ...web, quorum: 150 }] };
}

async function drain(rig: Rig, name: string, body: object): Promise<Answer> {
  const path = `/api/v1/drain/${encodeURIComponent(name)}`;
  return rig.ask(path, { method: 'POST', body: JSON.stringify(body) });
}

function file(rig: Rig): string {
  return join(rig.folder, 'state', 'maintenance.json');
}

function route(prefix: string): Route {
  return {
    key: prefix,
    prefix,
    pathId: null,
    neighbor: null,
    when: { kind: 'all', of: [{ kind: 'name', name: 'web' }] },
    attributes: {
      nextHop: 'self',
      med: null,
      localPreference: null,
      asPath: [],
      communities: [],
      largeCommunities: [],
      extendedCommunities: [],
    },
    degrade: [],
    onStop: 'withdraw',
    drainMs: 0,
    drainMed: 0,
    drainConnections: null,
  };
}
