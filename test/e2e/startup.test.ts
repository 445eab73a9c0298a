import { deepEqual, ok } from 'node:assert/strict';
import { check } from './check.ts';
import { tcp } from './servers.ts';
import {
  announced,
  closes,
  counts,
  logs,
  only,
  opens,
  step,
  updatesSince,
  withdrawn,
} from './steps.ts';

const route = '198.51.100.1/32';
const other = '198.51.100.2/32';
const a = tcp('127.1.0.1:80');
const b = tcp('127.1.0.2:80');
const hosts = [1, 2, 3, 4].map((host) => tcp(`127.1.0.${host}:80`));
const prefixes = hosts.map((_, index) => `198.51.100.${index + 1}/32`);

check('start, and the budget of withdraws', {}, [
  {
    name: 'nothing is announced before the results that a route needs are in',
    config: `
startup_timeout: 1m
check_defaults: { interval: 10s, timeout: 5s, fast_interval: 5s, rise: 3, fall: 1 }
services:
  slow: { check: { type: tcp }, real_servers: ["127.1.0.1:80"] }
  fast: { check: { type: tcp, interval: 100ms, timeout: 90ms, fast_interval: 60ms, rise: 1 }, real_servers: ["127.1.0.2:80"] }
routes:
  - { prefix: ${route}, when: slow }
  - { prefix: ${other}, when: fast }
`,
    open: [a, b],
    steps: [
      announced(other),
      // Three results of `slow` are five seconds apart: longer than ExaBGP takes to connect.
      only(other),
      announced(route),
      logs(/198\.51\.100\.1\/32 is announced/),
      step('the order of the log', async ({ exabgp }) => {
        const log = exabgp.helper.log();
        const decided = log.indexOf(`${route} is announced`);
        const up = log.indexOf('slow is up');
        ok(up >= 0 && decided > up, 'the decision comes after the health it relies on');
      }),
    ],
  },
  {
    name: 'a service that is down from the start is never announced, then recovers',
    config: `
check_defaults: { interval: 300ms, timeout: 250ms, fast_interval: 60ms, rise: 1, fall: 2 }
services:
  web: { check: { type: tcp }, real_servers: ["127.1.0.1:80"] }
  api: { check: { type: tcp }, real_servers: ["127.1.0.2:80"] }
routes:
  - { prefix: ${route}, when: web }
  - { prefix: ${other}, when: api }
`,
    open: [b],
    steps: [announced(other), logs(/web is down/), only(other), opens(a), announced(route)],
  },
  {
    name: 'after startup_timeout what is still unknown counts as down',
    config: `
startup_timeout: 500ms
check_defaults: { interval: 300ms, timeout: 250ms, fast_interval: 60ms, rise: 1, fall: 2 }
services:
  slow:
    check: { type: tcp, interval: 30s, timeout: 5s, fast_interval: 20s, rise: 3 }
    real_servers: ["127.1.0.1:80"]
  fast: { check: { type: tcp }, real_servers: ["127.1.0.2:80"] }
routes:
  - { prefix: ${route}, when: { all: [slow, fast] } }
  - { prefix: ${other}, when: { any: [slow, fast] } }
`,
    open: [a, b],
    steps: [
      announced(other),
      logs(/startup-timeout/),
      logs(/198\.51\.100\.1\/32 is withdrawn/),
      only(other),
    ],
  },
  {
    name: 'max_withdraw holds what is beyond the budget, tells it, and lets go with time',
    config: `
max_withdraw: { share: 50%, per: 10s }
check_defaults: { interval: 300ms, timeout: 250ms, fast_interval: 60ms, rise: 1, fall: 2 }
services:
${hosts.map(({ address }, index) => `  s${index}: { check: { type: tcp }, real_servers: ["${address}:80"] }`).join('\n')}
routes:
${prefixes.map((prefix, index) => `  - { prefix: ${prefix}, when: s${index} }`).join('\n')}
`,
    open: hosts,
    steps: [
      ...prefixes.map((prefix) => announced(prefix)),
      counts,
      closes(...hosts),
      logs(/is held/),
      step('only half of them went', async ({ lab }) => {
        const left = await lab.until(
          async () => {
            const routes = await lab.bird.routes();
            return routes.length <= 2 && routes;
          },
          30_000,
          'two of four are withdrawn',
        );
        deepEqual(left.length, 2);
      }),
      logs(/max_withdraw/),
      ...prefixes.map((prefix) => withdrawn(prefix)),
      updatesSince(4),
    ],
  },
]);
