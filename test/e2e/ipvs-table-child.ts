// Runs inside the kernel under test, for one way to its table (VIA): see ipvs-table.test.ts.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { beforeEach, test } from 'node:test';
import type { Destination, TableChange } from '../../src/protocol/ipvs/table.ts';
import { TableError } from '../../src/sinks/ipvs/table-access.ts';
import { ipvsadmAccess } from '../../src/sinks/ipvs/ipvsadm-access.ts';
import { netlinkAccess } from '../../src/sinks/ipvs/netlink-access.ts';
import { clear, fill, saved, services, sorted } from './ipvs-table-sample.ts';

const open = process.env['VIA'] === 'netlink' ? netlinkAccess : ipvsadmAccess;
const web = { kind: 'address', protocol: 'tcp', address: '192.0.2.10', port: 443 } as const;
const masqueraded: Destination = {
  address: '10.0.1.11',
  port: 443,
  forwarding: 0,
  weight: 100,
  upperThreshold: 1000,
  lowerThreshold: 500,
  tunnel: { type: 0, port: 0, flags: 0 },
  activeConnections: 0,
  inactiveConnections: 0,
};

function ofEach(kind: 'remove' | 'add'): TableChange[] {
  return services.flatMap(({ identity, destinations }) =>
    destinations.map((destination) => ({ kind, service: identity, destination })),
  );
}

function isNoIpvs(error: unknown): boolean {
  return (
    error instanceof TableError && error.code === 'no_ipvs' && /modprobe ip_vs/.test(error.message)
  );
}

beforeEach(() => {
  clear();
  fill();
});

test('reads every kind of service and real server', async () => {
  const access = open();
  assert.deepEqual(sorted(await access.dump()), sorted(services));
  access.close();
});

test('an empty table is a table', async () => {
  clear();
  const access = open();
  assert.deepEqual(await access.dump(), []);
  assert.deepEqual(await access.apply([]), []);
  access.close();
});

test('a weight changes and nothing else does', async () => {
  const access = open();
  const before = saved();
  const table = await access.dump();
  const changes = table.flatMap(({ identity, destinations }) =>
    destinations.map((each): TableChange => {
      const destination = { ...each, weight: each.weight + 1 };
      return { kind: 'set', service: identity, destination };
    }),
  );
  const results = await access.apply(changes);
  assert.deepEqual(new Set(results.map(({ ok }) => ok)), new Set([true]));
  const moved = before.replaceAll(/-w (\d+)/g, (_, weight) => `-w ${Number(weight) + 1}`);
  assert.notEqual(moved, before);
  assert.equal(saved(), moved);
  access.close();
});

test('what is removed can be added again exactly as it was', async () => {
  const access = open();
  const before = saved();
  await access.apply(ofEach('remove'));
  assert.doesNotMatch(saved(), / -r /);
  await access.apply(ofEach('add'));
  assert.equal(saved(), before);
  access.close();
});

test('each change has its own result, and a bad one does not stop the others', async () => {
  const access = open();
  const other = { ...masqueraded, address: '10.0.9.9' };
  const set = (destination: Destination, service: TableChange['service'] = web): TableChange => ({
    kind: 'set',
    service,
    destination,
  });
  const results = await access.apply([
    set({ ...masqueraded, weight: 1 }),
    set(other),
    set(masqueraded, { ...web, port: 444 }),
    {
      kind: 'add',
      service: web,
      destination: { ...masqueraded, address: '10.0.1.12', port: 8443 },
    },
    set({ ...masqueraded, address: '10.0.1.12; reboot' }),
    set({ ...masqueraded, address: '10.0.1.12', port: 8443, weight: -1 }),
    { kind: 'add', service: web, destination: { ...other, address: '10.0.9.10', weight: 7 } },
  ]);
  const codes = results.map((result) => (result.ok ? 'ok' : result.code));
  assert.deepEqual(codes, ['ok', 'missing', 'missing', 'exists', 'refused', 'refused', 'ok']);
  const table = saved();
  assert.match(table, /-r 10\.0\.1\.11:443 -m -w 1\n/);
  assert.match(table, /-r 10\.0\.1\.12:8443 -m -w 0\n/);
  assert.match(table, /-r 10\.0\.9\.10:443 -m -w 7\n/);
  access.close();
});

test('many changes at once', async () => {
  const access = open();
  const many = Array.from({ length: 1000 }, (_, i): TableChange => {
    const address = `10.7.${Math.trunc(i / 250)}.${(i % 250) + 1}`;
    return { kind: 'add', service: web, destination: { ...masqueraded, address, weight: i } };
  });
  const results = await access.apply(many);
  assert.equal(results.filter(({ ok }) => ok).length, 1000);
  const table = await access.dump();
  const found = table.flatMap(({ destinations }) => destinations).map(({ address }) => address);
  assert.equal(found.filter((address) => address.startsWith('10.7.')).length, 1000);
  access.close();
});

test('another writer may flush the table meanwhile', async () => {
  const access = open();
  await access.dump();
  clear();
  const set: TableChange = { kind: 'set', service: web, destination: masqueraded };
  const [result] = await access.apply([set]);
  assert.equal(result?.ok === false && result.code, 'missing');
  fill();
  assert.deepEqual(await access.apply([set]), [{ ok: true }]);
  access.close();
});

test('reads the version and how large the table of connections is', async () => {
  const access = open();
  const { version, connTabSize } = await access.info();
  assert.match(version, /^\d+\.\d+\.\d+$/);
  assert.ok(connTabSize >= 256);
  access.close();
});

test('after it was closed it does nothing any more', async () => {
  const access = open();
  await access.dump();
  access.close();
  await assert.rejects(access.dump(), /closed/);
});

test('reading and writing at the same time do not disturb each other', async () => {
  const access = open();
  const set: TableChange = { kind: 'set', service: web, destination: masqueraded };
  const all = await Promise.all([access.dump(), access.apply([set]), access.dump()]);
  assert.deepEqual(sorted(all[0]), sorted(services));
  assert.deepEqual(all[1], [{ ok: true }]);
  assert.deepEqual(sorted(all[2]), sorted(services));
  access.close();
});

test('a kernel without IPVS is reported, and it heals when the module is there', async () => {
  // A host's own module stays where it is.
  if (process.env['MAY_UNLOAD'] !== 'yes') return;
  clear();
  const access = open();
  assert.deepEqual(await access.dump(), []);
  const handler = '/proc/sys/kernel/modprobe';
  // Both ways load the module by themselves where the kernel can find it.
  const modprobe = execFileSync('cat', [handler], { encoding: 'utf8' });
  execFileSync('sh', [
    '-ec',
    `echo /bin/false >${handler}; modprobe -r ip_vs_mh ip_vs_sh; modprobe -r ip_vs_rr ip_vs_wrr ip_vs_wlc ip_vs`,
  ]);
  const first = await access.dump().catch((error: unknown) => error);
  // A netlink socket that knew IPVS notices only by the answer that it is gone.
  assert.ok(first instanceof TableError);
  await assert.rejects(access.dump(), isNoIpvs);
  execFileSync('sh', [
    '-ec',
    `echo ${modprobe.trim()} >${handler}; modprobe -a ip_vs ip_vs_rr ip_vs_wrr ip_vs_wlc`,
  ]);
  assert.deepEqual(await access.dump(), []);
  access.close();
});
