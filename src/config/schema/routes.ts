import * as z from 'zod';
import {
  addressExpected,
  bad,
  communityPattern,
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
import { rule } from './rule.ts';

export const MAX32 = 4_294_967_295;

/** ExaBGP reads lines of 4096 bytes from a pipe in one piece: full lists of each kind fit. */
const ATTRIBUTE_LIST_MAX = 32;

const prefix = textUpTo(prefixExpected, parsePrefix, {
  description: 'What is announced, without host bits: 192.0.2.10/32.',
});
const nextHop = textUpTo(
  'expected self, or an address such as 192.0.2.1 or 2001:db8::1',
  parseNextHop,
  {
    description: 'self (default), or an address of the prefix’s family.',
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
const asNumber = wholeNumber(1, MAX32, 'an AS number');

const ladder = mapping({ ladder: mapping({ base: number32, step: wholeNumber(1, MAX32) }) });
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
      description: 'To add, with a leading +.',
      pattern: String.raw`^\+(0|[1-9][0-9]{0,9})$`,
    }),
  ],
  { error: MED_STEP_EXPECTED },
);

const communities = listOf(
  textUpTo('expected a community such as "65000:100" in quotes', parseCommunity, {
    description: 'RFC 1997, in numbers.',
    pattern: communityPattern,
  }),
  'communities',
  ATTRIBUTE_LIST_MAX,
);
const largeCommunities = listOf(
  textUpTo('expected a large community such as "65000:1:2" in quotes', parseLargeCommunity, {
    description: 'RFC 8092.',
    pattern: largeCommunityPattern,
  }),
  'large communities',
  ATTRIBUTE_LIST_MAX,
);
const extendedCommunities = listOf(
  textUpTo('expected an extended community such as "target:65000:100"', parseExtendedCommunity, {
    description: 'RFC 4360: target or origin.',
    pattern: extendedCommunityPattern,
  }),
  'extended communities',
  ATTRIBUTE_LIST_MAX,
);

const degradeStep = mapping({
  below: positivePercent,
  med: medStep.optional(),
  communities: communities.optional(),
  withdraw: yesNo.optional(),
});

export const route = mapping({
  prefix,
  when: rule,
  next_hop: nextHop.optional(),
  med: med.optional(),
  local_preference: number32.optional(),
  as_path: z
    .union([asNumber, listOf(asNumber, 'AS numbers', ATTRIBUTE_LIST_MAX)], {
      error: 'expected an AS number, or a list of AS numbers',
    })
    .optional(),
  communities: communities.optional(),
  large_communities: largeCommunities.optional(),
  extended_communities: extendedCommunities.optional(),
  path_id: number32.optional(),
  neighbor: address.optional().meta({ description: 'Only to this neighbor of ExaBGP.' }),
  degrade: listOf(degradeStep, 'steps').optional(),
  on_stop: oneOf(['withdraw', 'keep']).optional(),
  drain: duration(
    0,
    'Announced as going away this long before the withdraw; default 5s.',
  ).optional(),
  drain_connections: wholeNumber(0, MAX32).optional(),
});

export type RouteFile = z.infer<typeof route>;
export type DegradeStepFile = z.infer<typeof degradeStep>;
