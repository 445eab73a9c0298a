import { check } from './check.ts';
import { tcp } from './servers.ts';
import {
  announced,
  closes,
  configures,
  counts,
  exited,
  logs,
  opens,
  signals,
  started,
  step,
  updatesSince,
  withdrawn,
} from './steps.ts';

const route = '198.51.100.1/32';
const other = '198.51.100.2/32';
const a = tcp('127.1.0.1:80');
const b = tcp('127.1.0.2:80');
const config = `
state_dir: state/
check_defaults: { interval: 300ms, timeout: 250ms, fast_interval: 60ms, rise: 1, fall: 2 }
services:
  web: { check: { type: tcp }, real_servers: ["127.1.0.1:80"] }
  api: { check: { type: tcp }, real_servers: ["127.1.0.2:80"] }
routes:
  - { prefix: ${route}, when: web, med: 100 }
  - { prefix: ${other}, when: api, med: 100 }
`;
const withoutOther = config.replace(`  - { prefix: ${other}, when: api, med: 100 }\n`, '');

const bounces = step('the BGP session bounces', async ({ lab, node }) => {
  await lab.bird.ask(`disable ${node.session}`);
  await lab.until(
    async () => (await lab.bird.routes()).length === 0,
    30_000,
    'BIRD has forgotten the routes',
  );
  await lab.bird.ask(`enable ${node.session}`);
});

const exabgpEnds = step('ExaBGP ends', async ({ lab, exabgp }) => {
  await lab.until(() => !exabgp.running(), 30_000, 'ExaBGP ends');
});

check('a session, a helper or an ExaBGP that goes away', {}, [
  {
    name: 'a BGP session that bounced has every route again, and later changes arrive',
    config,
    open: [a, b],
    steps: [
      announced(route),
      announced(other),
      bounces,
      announced(route, { med: 100 }),
      announced(other),
      closes(a),
      withdrawn(route),
      opens(a),
      announced(route),
    ],
  },
  {
    name: 'a change while the session is down is there when it is up again',
    config,
    open: [a, b],
    steps: [
      announced(route),
      announced(other),
      step('takes the session down', async ({ lab, node }) => {
        await lab.bird.ask(`disable ${node.session}`);
      }),
      closes(a),
      logs(/web is down/),
      step('lets the session come up', async ({ lab, node }) => {
        await lab.bird.ask(`enable ${node.session}`);
      }),
      announced(other),
      withdrawn(route),
    ],
  },
  {
    name: 'kill -9 changes nothing at BIRD while ExaBGP starts routevane again',
    config,
    open: [a, b],
    steps: [
      announced(route),
      announced(other),
      counts,
      signals('SIGKILL'),
      started(2),
      exited(137),
      // A change of one route shows that the new one is at work …
      closes(b),
      withdrawn(other),
      // … and that this change is all that BIRD was ever reported.
      updatesSince(1),
      announced(route),
    ],
  },
  {
    name: 'kill -9 withdraws no route whose check is slower than startup_timeout',
    // Three good results take six seconds; `api` needs more than startup_timeout to be down.
    config: `
startup_timeout: 500ms
signals:
  slow: { type: exec, command: [/bin/true], interval: 3s, fast_interval: 3s, timeout: 1s, rise: 3 }
services:
  api:
    check: { type: tcp, interval: 2s, timeout: 500ms, fast_interval: 1s, rise: 1, fall: 2 }
    real_servers: ["127.1.0.2:80"]
routes:
  - { prefix: ${route}, when: slow }
  - { prefix: ${other}, when: api }
`,
    open: [b],
    steps: [
      announced(other),
      announced(route),
      counts,
      signals('SIGKILL'),
      started(2),
      signals('SIGKILL'),
      started(3),
      closes(b),
      withdrawn(other),
      updatesSince(1),
      announced(route),
    ],
  },
  {
    name: 'a server that died while routevane was dead is withdrawn by the next one',
    config,
    open: [a, b],
    steps: [
      announced(route),
      announced(other),
      closes(a),
      signals('SIGKILL'),
      started(2),
      withdrawn(route),
      announced(other),
    ],
  },
  {
    name: 'a prefix that left the configuration is withdrawn by the next run, one of others stays',
    config,
    open: [a, b],
    exabgp: { pipes: true },
    steps: [
      announced(route),
      announced(other),
      step('somebody else announces a route', async ({ exabgp }) => {
        await exabgp.pipes?.command('announce route 198.51.100.9/32 next-hop self');
      }),
      announced('198.51.100.9/32'),
      configures(withoutOther),
      signals('SIGKILL'),
      started(2),
      withdrawn(other),
      closes(a),
      withdrawn(route),
      announced('198.51.100.9/32'),
    ],
  },
  {
    name: 'ExaBGP killed: routevane exits with 0',
    config,
    open: [a, b],
    exabgp: { respawn: false },
    steps: [
      announced(route),
      step('kills ExaBGP', async ({ exabgp }) => exabgp.kill('SIGKILL')),
      exited(0),
      withdrawn(route),
    ],
  },
  {
    name: 'ExaBGP stopped by SIGTERM ends, and so does routevane',
    config,
    open: [a, b],
    steps: [
      announced(route),
      step('stops ExaBGP', async ({ exabgp }) => exabgp.kill('SIGTERM')),
      exabgpEnds,
      exited(0),
      withdrawn(route),
    ],
  },
]);
