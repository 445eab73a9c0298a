import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { check } from './check.ts';
import { makeNamespace, type Namespace } from './namespace.ts';
import { Owner } from './owner.ts';
import { startRoutevane, type Routevane } from './routevane.ts';
import { startServers, tcp, udp, type Servers } from './servers.ts';
import { announced, closes, logs, only, step, withdrawn } from './steps.ts';

const route = '198.51.100.1/32';
const web = tcp('127.1.0.1:80');
const second = String.raw`\nannounce route 0.0.0.0/0 next-hop self`;
/** Control and format characters, and line ends that are not LF. */
const unprintable = /[\p{C}\p{Zl}\p{Zp}]/u;
const exitWithinMs = 60_000;

/** Each would be a second command, if its text reached ExaBGP as it is. */
const hostileRoutes = [
  `{ prefix: "${route}${second}", when: web }`,
  `{ prefix: "${route} next-hop self${second}", when: web }`,
  `{ prefix: ${route}, when: web, next_hop: "self${second}" }`,
  `{ prefix: ${route}, when: web, next_hop: "self med 5" }`,
  `{ prefix: ${route}, when: web, med: "100${second}" }`,
  `{ prefix: ${route}, when: web, as_path: ["65001${second}"] }`,
  `{ prefix: ${route}, when: web, communities: ["65000:1${second}"] }`,
  `{ prefix: ${route}, when: web, communities: ["graceful-shutdown"] }`,
  `{ prefix: ${route}, when: web, communities: ["65000:1 ] med 5 community [ 65000:2"] }`,
  `{ prefix: ${route}, when: web, large_communities: ["1:2:3${second}"] }`,
  `{ prefix: ${route}, when: web, extended_communities: ["target:1:2${second}"] }`,
  `{ prefix: ${route}, when: web, neighbor: "10.99.1.2${second}" }`,
  `{ prefix: ${route}, when: web, neighbor: "*" }`,
  `{ prefix: ${route}, when: web, path_id: "1${second}" }`,
  `{ prefix: ${route}, when: "web${second}" }`,
  `{ prefix: "${route}\\r", when: web }`,
  `{ prefix: "${route}\\u2028", when: web }`,
];

describe('hostile input', () => {
  const owner = new Owner();
  let namespace: Namespace;
  let servers: Servers;
  let folder = '';
  let files = 0;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'routevane-e2e-'));
    owner.own(() => rmSync(folder, { recursive: true, force: true }));
    namespace = makeNamespace(owner);
    servers = await startServers(owner, namespace);
    await servers.open(web);
  });
  after(() => owner.close());

  function run(config: string): Routevane {
    files += 1;
    const file = join(folder, `${files}.yaml`);
    writeFileSync(file, config);
    return startRoutevane(owner, namespace, 'run', '-c', file);
  }

  for (const hostile of hostileRoutes) {
    test(`is refused: ${hostile}`, async () => {
      const routevane = run(`${service}\nroutes: [${hostile}]\n${stdio}`);
      assert.equal(await routevane.exit(exitWithinMs), 78);
      assert.equal(routevane.stdout(), '');
      assert.match(routevane.stderr(), /\.yaml:\d+:\d+ /);
      assert.doesNotMatch(routevane.stderr().replaceAll('\n', ''), unprintable);
      assert.doesNotMatch(routevane.stderr(), /^announce/m, 'one line a problem');
    });
  }

  test('garbage on stdin changes nothing, and is logged at a bounded rate', async () => {
    const routevane = run(`${service}\nroutes: [{ prefix: ${route}, when: web }]\n${stdio}`);
    const commands = (): string[] =>
      routevane
        .stdout()
        .split('\n')
        .filter((line) => line.includes(route));
    await routevane.until(() => commands().length > 0, 'announced though nobody acknowledges');
    const logged = routevane.stderr().split('\n').length;

    await routevane.write(Buffer.from(Array.from({ length: 65_536 }, (_, index) => index % 256)));
    await routevane.write(
      '\n{"type":"unheard-of","neighbor":[]}\n{"type":\n[]\nnull\n'.repeat(5000),
    );
    await routevane.write(
      `${String.raw`{"exabgp":"4.0.1","type":"update","neighbor":null}`}\n`.repeat(1000),
    );
    await routevane.write(Buffer.alloc(10 * 1024 * 1024, 'x'));
    await routevane.write('\n');

    await servers.close(web);
    await routevane.until(
      () => commands().some((line) => line.startsWith('withdraw route')),
      'a failure is still withdrawn',
    );
    assert.ok(commands().every((line) => /^(announce|withdraw) route/.test(line)));
    const more = routevane.stderr().split('\n').length - logged;
    assert.ok(more < 200, `${more} lines were logged for 26,000 lines of garbage`);
    assert.ok(routevane.stderr().length < 1_000_000, 'and no long ones');
    await servers.open(web);

    const written = routevane.stdout();
    routevane.endInput();
    assert.equal(await routevane.exit(exitWithinMs), 0, 'EOF is the end of ExaBGP');
    assert.equal(
      routevane.stdout().slice(written.length).includes('65535:0'),
      false,
      'nothing is drained at EOF',
    );
  });
});

const service = `
check_defaults: { interval: 300ms, timeout: 250ms, fast_interval: 60ms, rise: 1, fall: 2 }
services: { web: { check: { type: tcp }, real_servers: ["127.1.0.1:80"] } }`;
const stdio = 'outputs: { exabgp: { via: stdio, ack_timeout: 300ms } }';

const reply =
  '\n\u001b[31mwithdraw route 198.51.100.2/32 next-hop self\n\r\u0000\u0085{"state":"up"}';

check('hostile replies of probed servers', {}, [
  {
    name: 'reach neither ExaBGP nor, as they are, the log',
    config: `
check_defaults: { interval: 300ms, timeout: 250ms, fast_interval: 60ms, rise: 1, fall: 2 }
services:
  bad:
    check: { type: tcp, send: "x", expect: "fine" }
    real_servers: ["127.1.0.1:80"]
  worse:
    check: { type: udp, send: "x", expect: "fine" }
    real_servers: ["127.1.0.1:53"]
  good: { check: { type: tcp }, real_servers: ["127.1.0.2:80"] }
routes:
  - { prefix: ${route}, when: bad }
  - { prefix: 198.51.100.3/32, when: worse }
  - { prefix: 198.51.100.2/32, when: good }
`,
    open: [{ ...web, reply }, udp('127.1.0.1:53', { reply }), tcp('127.1.0.2:80')],
    steps: [
      announced('198.51.100.2/32'),
      logs(/bad is down/),
      logs(/worse is down/),
      only('198.51.100.2/32'),
      step('the log is clean', async ({ exabgp }) => {
        for (const line of exabgp.helper.logLines()) {
          const entry: Readonly<Record<string, unknown>> = JSON.parse(line);
          assert.doesNotMatch(strings(entry).join(''), unprintable, line);
        }
      }),
      closes(tcp('127.1.0.2:80')),
      withdrawn('198.51.100.2/32'),
    ],
  },
]);

/** Every text in a log entry, however deep. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(strings);
}
