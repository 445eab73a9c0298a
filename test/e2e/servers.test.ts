import { check } from './check.ts';
import { tcp, udp } from './servers.ts';
import {
  announced,
  closes,
  counts,
  freezesServers,
  logs,
  opens,
  thawsServers,
  updatesSince,
  withdrawn,
} from './steps.ts';

const route = '198.51.100.1/32';
const other = '198.51.100.2/32';
const third = '198.51.100.3/32';
const a = tcp('127.1.0.1:80');
const b = tcp('127.1.0.2:80');
const pace =
  'check_defaults: { interval: 300ms, timeout: 250ms, fast_interval: 60ms, rise: 1, fall: 2 }';

check('real servers that fail and recover', {}, [
  {
    name: 'a TCP server that was killed is withdrawn, and announced when it is back',
    config: `
${pace}
services: { web: { check: { type: tcp }, real_servers: ["127.1.0.1:80"] } }
routes: [{ prefix: ${route}, when: web, med: 100 }]
`,
    open: [a],
    steps: [
      announced(route, { med: 100 }),
      closes(a),
      withdrawn(route),
      logs(/refused/),
      opens(a),
      announced(route, { med: 100 }),
    ],
  },
  {
    name: 'one of two servers is enough without a quorum, and not with one of two',
    config: `
${pace}
services:
  any: { check: { type: tcp }, real_servers: ["127.1.0.1:80", "127.1.0.2:80"] }
  both: { check: { type: tcp }, quorum: 2, real_servers: ["127.1.0.1:80", "127.1.0.2:80"] }
routes:
  - { prefix: ${route}, when: any }
  - { prefix: ${other}, when: both }
`,
    open: [a, b],
    steps: [
      announced(route),
      announced(other),
      closes(b),
      withdrawn(other),
      announced(route),
      closes(a),
      withdrawn(route),
      opens(a, b),
      announced(route),
      announced(other),
    ],
  },
  {
    name: 'a sentinel connection tells of a death between two probes',
    config: `
check_defaults: { interval: 1h, timeout: 1s, fast_interval: 100ms, rise: 1, fall: 2 }
services: { web: { check: { type: tcp, mode: hold }, real_servers: ["127.1.0.1:80"] } }
routes: [{ prefix: ${route}, when: web }]
`,
    open: [a],
    steps: [
      announced(route),
      // The next paced probe is most likely further away than `withdrawn` waits.
      closes(a),
      withdrawn(route),
    ],
  },
  {
    name: 'a frozen server still accepts, but does not answer what is expected',
    config: `
${pace}
services:
  web:
    check: { type: tcp, send: "PING\\r\\n", expect: "+PONG" }
    real_servers: ["127.1.0.1:80"]
  open: { check: { type: tcp }, real_servers: ["127.1.0.2:80"] }
routes:
  - { prefix: ${route}, when: web }
  - { prefix: ${other}, when: open }
`,
    open: [{ ...a, reply: '+PONG\r\n' }, b],
    steps: [
      announced(route),
      announced(other),
      freezesServers,
      withdrawn(route),
      // A mere connect cannot tell: the kernel accepts for a frozen process.
      announced(other),
      thawsServers,
      announced(route),
    ],
  },
  {
    name: 'a UDP server that was closed is told by ICMP',
    config: `
${pace}
services:
  log: { check: { type: udp, send: "<46>probe", expect: none }, real_servers: ["127.1.0.1:514"] }
routes: [{ prefix: ${route}, when: log }]
`,
    open: [udp('127.1.0.1:514')],
    steps: [
      announced(route),
      closes(udp('127.1.0.1:514')),
      withdrawn(route),
      opens(udp('127.1.0.1:514')),
      announced(route),
    ],
  },
  {
    name: 'a UDP server that went silent is down where a reply is expected, up where none is',
    config: `
${pace}
services:
  dns: { check: { type: udp, send: "hex:01 02", expect: "/^po+ng/" }, real_servers: ["127.1.0.1:53"] }
  log: { check: { type: udp, send: "x", expect: none }, real_servers: ["127.1.0.1:53"] }
routes:
  - { prefix: ${route}, when: dns }
  - { prefix: ${other}, when: log }
`,
    open: [udp('127.1.0.1:53', { reply: 'poooong' })],
    steps: [
      announced(route),
      announced(other),
      freezesServers,
      withdrawn(route),
      announced(other),
      thawsServers,
      announced(route),
    ],
  },
  {
    name: 'with its own uplink down, failures of the servers are not believed',
    config: `
${pace}
services:
  uplink: { check: { type: tcp }, real_servers: ["127.1.0.2:80"] }
  web: { check: { type: tcp }, valid_when: uplink, real_servers: ["127.1.0.1:80"] }
  witness: { check: { type: tcp }, real_servers: ["127.1.0.1:80"] }
routes:
  - { prefix: ${route}, when: web }
  - { prefix: ${other}, when: uplink }
  - { prefix: ${third}, when: witness }
`,
    open: [a, b],
    steps: [
      announced(route),
      announced(other),
      announced(third),
      closes(b),
      withdrawn(other),
      counts,
      // The witness, which believes everything, shows that the failures were seen.
      closes(a),
      withdrawn(third),
      opens(a),
      announced(third),
      closes(a),
      withdrawn(third),
      updatesSince(3),
      opens(b),
      announced(other),
      withdrawn(route),
    ],
  },
]);
