import * as z from 'zod';
import { DEFAULTS } from '../defaults.ts';
import {
  addressExpected,
  bad,
  communityPattern,
  durationText,
  extendedCommunityPattern,
  good,
  largeCommunityPattern,
  parseAddress,
  parseCommunity,
  type Parsed,
  parseExtendedCommunity,
  parseLargeCommunity,
  parsePrefix,
  prefixExpected,
} from '../parse.ts';
import {
  address,
  duration,
  listOf,
  mapping,
  oneOf,
  positivePercent,
  textUpTo,
  wholeNumber,
  yesNo,
} from './basics.ts';
import { optional, requiredKey } from './keys.ts';
import { rule } from './rule.ts';

export const MAX32 = 4_294_967_295;

/** ExaBGP reads lines of 4096 bytes from a pipe in one piece: full lists of each kind fit. */
const ATTRIBUTE_LIST_MAX = 32;

const prefix = textUpTo(prefixExpected, parsePrefix, {
  title: 'prefix',
});
const nextHop = textUpTo(
  'expected self, or an address such as 192.0.2.1 or 2001:db8::1',
  parseNextHop,
  {
    title: '`self` or address',
  },
);

function parseNextHop(text: string): Parsed<unknown> {
  if (text === 'self') return good(text);
  const parsed = parseAddress(text);
  return parsed.ok || parsed.message !== addressExpected
    ? parsed
    : bad('expected self, or an address such as 192.0.2.1 or 2001:db8::1');
}

const number32 = wholeNumber(0, MAX32);
const asNumber = wholeNumber(1, MAX32, 'an AS number').meta({ title: 'AS number' });

const ladder = mapping({
  ladder: requiredKey(
    mapping({
      base: requiredKey(number32, { description: 'The MED of the first rung.', examples: [100] }),
      step: requiredKey(wholeNumber(1, MAX32), {
        description: 'The distance between two rungs.',
        examples: [100],
      }),
    }),
    {
      description:
        'Each node of `nodes` stands on another rung for each route: MED = base + rung × step.',
      examples: [{ base: 100, step: 100 }],
    },
  ),
}).meta({ title: '`{ ladder: … }`' });
const med = z.union([number32, ladder], {
  error: 'expected a whole number from 0 to 4294967295, or { ladder: { base: 100, step: 100 } }',
});

const MED_STEP_EXPECTED = 'expected +100 to add, or 100 to set, up to 4294967295';

/** `+100` as YAML reads it is a number; the reader keeps it as text so that it can mean "add". */
function parseMedStep(text: string): Parsed<unknown> {
  const isAmount = /^\+(0|[1-9][0-9]{0,9})$/.test(text) && Number(text) <= MAX32;
  return isAmount ? good(text) : bad(MED_STEP_EXPECTED);
}
const medStep = z.union(
  [
    z
      .int({ error: MED_STEP_EXPECTED })
      .min(0, { error: MED_STEP_EXPECTED })
      .max(MAX32, { error: MED_STEP_EXPECTED }),
    textUpTo(MED_STEP_EXPECTED, parseMedStep, {
      title: '`+N`',
      pattern: String.raw`^\+(0|[1-9][0-9]{0,9})$`,
    }),
  ],
  { error: MED_STEP_EXPECTED },
);

const communities = listOf(
  textUpTo('expected a community such as "65000:100" in quotes', parseCommunity, {
    title: 'community',
    pattern: communityPattern,
  }),
  'communities',
  ATTRIBUTE_LIST_MAX,
);
const largeCommunities = listOf(
  textUpTo('expected a large community such as "65000:1:2" in quotes', parseLargeCommunity, {
    title: 'large community',
    pattern: largeCommunityPattern,
  }),
  'large communities',
  ATTRIBUTE_LIST_MAX,
);
const extendedCommunities = listOf(
  textUpTo('expected an extended community such as "target:65000:100"', parseExtendedCommunity, {
    title: 'extended community',
    pattern: extendedCommunityPattern,
  }),
  'extended communities',
  ATTRIBUTE_LIST_MAX,
);

const degradeStep = mapping({
  below: requiredKey(positivePercent, {
    description: 'The step applies while less than this of the capacity is left.',
    examples: ['75%'],
  }),
  med: optional(medStep, {
    description: '`+100` adds to the MED, `100` sets it.',
    unset: 'unchanged',
    examples: ['+100', 500],
  }),
  communities: optional(communities, {
    description: 'Communities to add.',
    unset: 'none',
    examples: [['65535:0']],
  }),
  withdraw: optional(yesNo, {
    description: 'Withdraw the route.',
    default: DEFAULTS.route.degradeWithdraw,
    examples: [true],
  }),
});

export const route = mapping({
  prefix: requiredKey(prefix, {
    description: 'What is announced, without host bits.',
    examples: ['192.0.2.10/32', '2001:db8::10/128'],
  }),
  when: requiredKey(rule, {
    description: 'Announced while this rule is up, withdrawn while it is down.',
    examples: ['web', ['web', { any: ['tor-a', 'uplink-a'] }]],
  }),
  next_hop: optional(nextHop, {
    description:
      'The next hop; an address is of the family of the prefix. An IPv6 route over an IPv4 session needs an address.',
    default: DEFAULTS.route.nextHop,
    examples: ['2001:db8::1'],
  }),
  med: optional(med, {
    description: 'The MED (multi-exit discriminator).',
    unset: 'none',
    examples: [100, { ladder: { base: 100, step: 100 } }],
  }),
  local_preference: optional(number32, {
    description: 'The local preference, for iBGP.',
    unset: 'none',
    examples: [200],
  }),
  as_path: optional(
    z.union([asNumber, listOf(asNumber, 'AS numbers', ATTRIBUTE_LIST_MAX)], {
      error: 'expected an AS number, or a list of AS numbers',
    }),
    { description: 'The AS path, as ExaBGP sends it.', unset: 'none', examples: [[65000, 65000]] },
  ),
  communities: optional(communities, {
    description: 'Communities (RFC 1997), in numbers.',
    unset: 'none',
    examples: [['65000:100']],
  }),
  large_communities: optional(largeCommunities, {
    description: 'Large communities (RFC 8092).',
    unset: 'none',
    examples: [['65000:1:100']],
  }),
  extended_communities: optional(extendedCommunities, {
    description: 'Extended communities (RFC 4360), `target` or `origin`.',
    unset: 'none',
    examples: [['target:65000:100']],
  }),
  path_id: optional(number32, {
    description: 'The path identifier (ADD-PATH), which distinguishes two routes of one prefix.',
    unset: 'none',
    examples: [1],
  }),
  neighbor: optional(address, {
    description: 'Announce to this neighbor of ExaBGP only.',
    unset: 'all neighbors',
    examples: ['203.0.113.1'],
  }),
  degrade: optional(listOf(degradeStep, 'steps'), {
    description: 'Steps that make the route worse as capacity goes; those that apply add up.',
    unset: 'none',
    examples: [[{ below: '75%', med: '+100' }]],
  }),
  on_stop: optional(oneOf(['withdraw', 'keep']), {
    description: 'At SIGTERM: drain and withdraw the route, or leave it announced.',
    default: DEFAULTS.route.onStop,
    examples: ['keep'],
  }),
  drain: optional(duration(0), {
    description:
      'Before a stop or a drain withdraws the route, announce it for this time with GRACEFUL_SHUTDOWN (65535:0) and a worse MED.',
    default: durationText(DEFAULTS.route.drainMs),
    examples: ['30s'],
  }),
  drain_connections: optional(wholeNumber(0, MAX32), {
    description:
      'End `drain` early, once the services of the route have at most so many active connections.',
    unset: 'the whole `drain` is waited for',
    examples: [100],
  }),
});

export type RouteFile = z.infer<typeof route>;
export type DegradeStepFile = z.infer<typeof degradeStep>;
