import { check } from './check.ts';
import { noZombies } from './children.ts';
import { tcp } from './servers.ts';
import {
  announced,
  closes,
  counts,
  logs,
  only,
  opens,
  signals,
  exited,
  updatesSince,
  withdrawn,
} from './steps.ts';

const route = '198.51.100.1/32';
const a = tcp('127.1.0.1:80');

const many = Array.from(
  { length: 200 },
  (_, index) =>
    `  s${index}: { type: exec, command: [/usr/lib/nagios/plugins/check_dummy, "0"], interval: 1s, timeout: 900ms }`,
);

check('children', {}, [
  {
    name: 'two hundred a second hold up nobody, and none stays a zombie',
    config: `
check_defaults: { interval: 300ms, timeout: 250ms, fast_interval: 60ms, rise: 1, fall: 2 }
signals:
${many.join('\n')}
services: { web: { check: { type: tcp }, real_servers: ["127.1.0.1:80"] } }
routes: [{ prefix: ${route}, when: web, drain: 0s }]
`,
    open: [a],
    steps: [
      announced(route),
      logs(/"s199 is up"/),
      counts,
      closes(a),
      withdrawn(route),
      opens(a),
      announced(route),
      closes(a),
      withdrawn(route),
      updatesSince(3),
      noZombies,
      opens(a),
      announced(route),
      signals('SIGTERM'),
      withdrawn(route),
      exited(0),
    ],
    exabgp: { respawn: false },
  },
  {
    name: 'one that runs as another user has the rights of that one',
    config: `
signals:
  ours: { type: exec, command: [/bin/ls, state/], interval: 10s, timeout: 9s, rise: 1, fall: 1 }
  nobodys:
    { type: exec, command: [/bin/ls, state/], user: nobody, interval: 10s, timeout: 9s, rise: 1, fall: 1 }
  unknown:
    { type: exec, command: [/bin/true], user: no-such-user, interval: 10s, timeout: 9s, lost_hold: 0s }
routes:
  - { prefix: ${route}, when: ours }
  - { prefix: 198.51.100.2/32, when: { any: [nobodys, unknown] } }
`,
    steps: [
      announced(route),
      logs(/"name":"nobodys".*"to":"down".*Permission denied/),
      logs(/user no-such-user is not on this node/),
      only(route),
    ],
  },
]);
