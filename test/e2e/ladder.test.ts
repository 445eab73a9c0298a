import { check } from './check.ts';
import { tcp } from './servers.ts';
import { announced, closes, opens, step, withdrawn } from './steps.ts';

const first = '198.51.100.1/32';
const second = '198.51.100.2/32';
const web = tcp('127.1.0.1:80');

/** The servers stand behind node lb1 only; lb2 has its own, which never fails. */
const config = (node: string): string => `
node: ${node}
nodes: [lb1, lb2]
check_defaults: { interval: 300ms, timeout: 250ms, fast_interval: 60ms, rise: 1, fall: 2 }
services: { web: { check: { type: tcp }, real_servers: ["127.1.0.1:80"] } }
routes:
  - { prefix: ${first}, when: web, med: { ladder: { base: 100, step: 10 } } }
  - { prefix: ${second}, when: web, med: { ladder: { base: 100, step: 10 } } }
`;

check('a MED ladder of two nodes', { nodes: 2 }, [
  {
    name: 'spreads the routes over both, and moves one to the other node on failure',
    config: [config('lb1'), config('lb2')],
    open: [web],
    steps: [
      step('opens the server behind the second node', async ({ sites }) => {
        const servers = await sites[1]?.node.servers();
        await servers?.open(web);
      }),
      announced(first, { protocol: 'lb1', med: 100, best: true }),
      announced(first, { protocol: 'lb2', med: 110, best: false }),
      announced(second, { protocol: 'lb1', med: 110, best: false }),
      announced(second, { protocol: 'lb2', med: 100, best: true }),
      closes(web),
      withdrawn(first, { protocol: 'lb1' }),
      announced(first, { protocol: 'lb2', med: 110, best: true }),
      announced(second, { protocol: 'lb2', med: 100, best: true }),
      opens(web),
      announced(first, { protocol: 'lb1', med: 100, best: true }),
      announced(first, { protocol: 'lb2', best: false }),
    ],
  },
]);
