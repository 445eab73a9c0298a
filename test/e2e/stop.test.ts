import { deepEqual, ok } from 'node:assert/strict';
import type { BirdRoute } from './bird-text.ts';
import { check } from './check.ts';
import { tcp } from './servers.ts';
import {
  announced,
  closes,
  configures,
  counts,
  exited,
  logs,
  signals,
  step,
  updatesSince,
  withdrawn,
} from './steps.ts';

const route = '198.51.100.1/32';
const kept = '198.51.100.2/32';
const added = '198.51.100.3/32';
const a = tcp('127.1.0.1:80');
const head = `
check_defaults: { interval: 300ms, timeout: 250ms, fast_interval: 60ms, rise: 1, fall: 2 }
services: { web: { check: { type: tcp }, real_servers: ["127.1.0.1:80"] } }
`;

/** The drain as BIRD lives through it: every state of the route, each once, in order. */
const watchesTheDrain = step('SIGTERM: GRACEFUL_SHUTDOWN, then gone', async ({ lab, exabgp }) => {
  const seen = ['serving'];
  exabgp.helper.kill('SIGTERM');
  await lab.until(
    async () => {
      const state = stateOf((await lab.bird.routes()).find(({ prefix }) => prefix === route));
      if (state !== seen.at(-1)) seen.push(state);
      return state === 'gone';
    },
    30_000,
    'the route is gone',
  );
  deepEqual(seen, ['serving', 'draining', 'gone']);
  ok(
    (await lab.bird.routes()).some(({ prefix }) => prefix === kept),
    'the route with on_stop: keep stays',
  );
});

function stateOf(found: BirdRoute | undefined): string {
  if (found === undefined) return 'gone';
  const draining = found.communities.includes('65535:0');
  if (draining !== (found.localPref === 0)) return 'local preference does not fit the community';
  if (draining !== (found.med ?? 0) > 100) return 'the MED does not fit the community';
  return draining ? 'draining' : 'serving';
}

check('stop and reload', {}, [
  {
    name: 'SIGTERM drains, withdraws, leaves what is to be kept, and exits with 0',
    config: `${head}
routes:
  - { prefix: ${route}, when: web, med: 100, communities: ["65000:1"], drain: 5s }
  - { prefix: ${kept}, when: web, med: 100, on_stop: keep }
`,
    open: [a],
    // ExaBGP would start routevane again; what it did last shall be seen in peace.
    exabgp: { respawn: false },
    steps: [
      announced(route, { med: 100, localPref: 100 }),
      announced(kept),
      watchesTheDrain,
      exited(0),
    ],
  },
  {
    name: 'a second SIGTERM ends the drain at once',
    config: `${head}
routes: [{ prefix: ${route}, when: web, drain: 1h }]
`,
    open: [a],
    exabgp: { respawn: false },
    steps: [
      announced(route),
      signals('SIGTERM'),
      announced(route, { localPref: 0 }),
      signals('SIGTERM'),
      exited(1),
      announced(route, { localPref: 0 }),
    ],
  },
  {
    name: 'SIGHUP adds, changes and removes routes; one that did not change is not touched',
    config: `${head}
routes:
  - { prefix: ${route}, when: web, med: 100, drain: 0s }
  - { prefix: ${kept}, when: web, med: 100 }
`,
    open: [a],
    steps: [
      announced(route),
      announced(kept),
      counts,
      configures(`${head}
routes:
  - { prefix: ${added}, when: web, med: 100 }
  - { prefix: ${kept}, when: web, med: 100 }
`),
      signals('SIGHUP'),
      announced(added),
      withdrawn(route),
      announced(kept),
      // One announcement and one withdraw, and nothing about the route that stayed.
      updatesSince(2),
      closes(a),
      withdrawn(kept),
      withdrawn(added),
    ],
  },
  {
    name: 'SIGHUP with a bad file: refused with its errors, and the old one stays in force',
    config: `${head}
routes: [{ prefix: ${route}, when: web, med: 100 }]
`,
    open: [a],
    steps: [
      announced(route),
      counts,
      configures(`${head}
routes: [{ prefix: 198.51.100.7/24, when: wbe }]
`),
      signals('SIGHUP'),
      logs(/config_refused.*host bits/),
      logs(/config_refused.*wbe/),
      closes(a),
      withdrawn(route),
      updatesSince(1),
    ],
  },
]);
