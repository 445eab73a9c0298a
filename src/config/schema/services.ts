import * as z from 'zod';
import {
  bad,
  endpointExpected,
  type Parsed,
  parseEndpoint,
  parsePercent,
  parsePositivePercent,
  parseVirtual,
  percentPattern,
  virtualExpected,
} from '../parse.ts';
import {
  duration,
  listOf,
  mapping,
  name,
  oneOf,
  positivePercent,
  textUpTo,
  wholeNumber,
} from './basics.ts';
import { checkSchema, checkOverride } from './checks.ts';
import { rule } from './rule.ts';

const WEIGHT_MAX = 65_535;
const WEIGHT_SUM_MAX = 2 ** 31;

const virtual = textUpTo(virtualExpected, parseVirtual, {
  description: '192.0.2.10:443/tcp, [2001:db8::10]:443/tcp or fwmark 7. Left out: probed, no IPVS.',
});
const endpoint = textUpTo(endpointExpected, parseEndpoint, {
  description: 'ADDRESS:PORT; an IPv6 address in brackets; without a port it takes the virtual’s.',
});

/** Weight as a whole number, or a percentage of the service's whole weight. */
function amount(min: number, parse: (text: string) => Parsed<number>) {
  const expected = `expected a weight from ${min} on, or a percentage such as 50%`;
  return z.union(
    [
      z
        .int({ error: expected })
        .min(min, { error: expected })
        .max(WEIGHT_SUM_MAX, { error: expected }),
      textUpTo(expected, (text) => (parse(text).ok ? parse(text) : bad(expected)), {
        description: 'A percentage of the whole weight.',
        pattern: percentPattern,
      }),
    ],
    { error: expected },
  );
}

const realServer = z.union(
  [
    endpoint,
    mapping({
      address: endpoint,
      weight: wholeNumber(0, WEIGHT_MAX, 'a weight').optional(),
      domain: name.optional().meta({ description: 'Fault domain: a rack, a host.' }),
      check: checkOverride.optional(),
    }),
  ],
  { error: 'expected ADDRESS:PORT, or a mapping with address, weight, domain, check' },
);

export const service = mapping({
  virtual: virtual.optional(),
  check: checkSchema.optional(),
  quorum: amount(1, parsePositivePercent).optional(),
  hysteresis: amount(0, parsePercent).optional(),
  min_pooled: positivePercent.optional(),
  slow_start: duration(0, 'After recovery the weight rises this long; default 0s.').optional(),
  valid_when: rule.optional(),
  on_down: oneOf(['quiesce', 'remove']).optional(),
  real_servers: listOf(realServer, 'real servers'),
});

export type ServiceFile = z.infer<typeof service>;
export type RealServerFile = z.infer<typeof realServer>;
