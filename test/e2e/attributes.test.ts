import { check } from './check.ts';
import { tcp } from './servers.ts';
import { announced, closes, opens, withdrawn } from './steps.ts';

const route = '198.51.100.1/32';
const route6 = '2001:db8:1::1/128';
const farms = [1, 2, 3, 4, 5].map((host) => tcp(`127.1.0.${host}:80`));
const [a = tcp(''), b = tcp(''), c = tcp(''), d = tcp('')] = farms;
const pace =
  'check_defaults: { interval: 300ms, timeout: 250ms, fast_interval: 60ms, rise: 1, fall: 2 }';
const farm = `
services:
  web: { check: { type: tcp }, real_servers: [${farms.map(({ address }) => `"${address}:80"`).join(', ')}] }
`;

check('attributes as BIRD sees them', {}, [
  {
    name: 'MED, preference, path and communities of all three kinds arrive',
    config: `
${pace}
${farm}
routes:
  - prefix: ${route}
    when: web
    next_hop: 10.99.1.1
    med: 4294967295
    as_path: [65001, 65010, 4200000000]
    communities: ["65000:100", "65000:200"]
    large_communities: ["4200000000:1:2"]
    extended_communities: ["target:65000:7"]
`,
    open: farms,
    steps: [
      announced(route, {
        nextHop: '10.99.1.1',
        med: 4_294_967_295,
        asPath: '65001 65010 4200000000',
        communities: ['65000:100', '65000:200'],
        largeCommunities: ['4200000000:1:2'],
        extendedCommunities: ['rt:65000:7'],
      }),
    ],
  },
  {
    name: 'lost capacity worsens the MED step by step, then adds a community, then withdraws',
    config: `
${pace}
${farm}
routes:
  - prefix: ${route}
    when: web
    med: 100
    communities: ["65000:100"]
    degrade:
      - { below: 75%, med: +100 }
      - { below: 50%, communities: ["65535:0"] }
      - { below: 30%, withdraw: true }
`,
    open: farms,
    steps: [
      announced(route, { med: 100, communities: ['65000:100'], localPref: 100 }),
      closes(a, b),
      announced(route, { med: 200, communities: ['65000:100'], localPref: 100 }),
      closes(c),
      announced(route, { med: 200, communities: ['65000:100', '65535:0'], localPref: 0 }),
      closes(d),
      withdrawn(route),
      opens(a, b, c, d),
      announced(route, { med: 100, communities: ['65000:100'], localPref: 100 }),
    ],
  },
  {
    name: 'an IPv6 prefix goes over an IPv4 session with an explicit next hop',
    config: `
${pace}
services: { web: { check: { type: tcp }, real_servers: ["[::1]:80"] } }
routes: [{ prefix: ${route6}, when: web, next_hop: "2001:db8:99:1::1", med: 7 }]
`,
    open: [tcp('[::1]:80')],
    steps: [
      announced(route6, { nextHop: '2001:db8:99:1::1', med: 7, protocol: 'lb1' }),
      closes(tcp('[::1]:80')),
      withdrawn(route6),
    ],
  },
  {
    name: 'an IPv6 prefix goes over an IPv6 session with next hop self',
    config: `
${pace}
services: { web: { check: { type: tcp }, real_servers: ["[::1]:80"] } }
routes: [{ prefix: ${route6}, when: web, next_hop: self }]
`,
    open: [tcp('[::1]:80')],
    exabgp: { over: 'ipv6' },
    steps: [
      announced(route6, { nextHop: '2001:db8:99:1::1', protocol: 'lb1v6' }),
      closes(tcp('[::1]:80')),
      withdrawn(route6),
    ],
  },
]);
