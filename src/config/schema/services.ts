import * as z from 'zod';
import { DEFAULTS } from '../defaults.ts';
import {
  bad,
  durationText,
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
import { optional, requiredKey } from './keys.ts';
import { rule } from './rule.ts';

const WEIGHT_MAX = 65_535;
const WEIGHT_SUM_MAX = 2 ** 31;

const virtual = textUpTo(virtualExpected, parseVirtual, {
  title: 'ADDRESS:PORT/tcp, ADDRESS:PORT/udp or fwmark N',
});
const endpoint = textUpTo(endpointExpected, parseEndpoint, {
  title: 'ADDRESS:PORT',
  description: 'An IPv6 address stands in brackets; without a port it takes the virtual’s.',
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
        title: 'percentage',
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
      address: requiredKey(endpoint, {
        description: 'Where it serves; without a port it takes the one of `virtual`.',
        examples: ['10.0.1.12:443', '[2001:db8:1::53]:53'],
      }),
      weight: optional(wholeNumber(0, WEIGHT_MAX, 'a weight'), {
        description: 'Its weight while it is up and whole.',
        unset:
          'with `outputs.ipvs` the normal weight kept in `state_dir`, else the one found in the table; without it 1',
        examples: [200],
      }),
      domain: optional(name, {
        description: 'Fault domain, what fails together: a rack, a host. See `sweep`.',
        unset: 'only its address and its service',
        examples: ['rack-2'],
      }),
      check: optional(checkOverride, {
        description: 'Keys of the check that differ for this server: any key of a check.',
        unset: 'the check of the service',
        examples: [{ port: 9000 }],
      }),
    }).meta({ title: 'mapping' }),
  ],
  { error: 'expected ADDRESS:PORT, or a mapping with address, weight, domain, check' },
);

export const service = mapping({
  virtual: optional(virtual, {
    description: 'The virtual service in the IPVS table.',
    unset: 'none: the servers are probed, and no weight is set',
    examples: ['192.0.2.10:443/tcp', '[2001:db8::10]:443/tcp', 'fwmark 7'],
  }),
  check: optional(checkSchema, {
    description: 'How its real servers are probed: see Checks.',
    unset: 'none: each real server needs a `check` with a `type`',
    examples: [{ type: 'tcp', mode: 'hold' }],
  }),
  quorum: optional(amount(1, parsePositivePercent), {
    description:
      'The service is up while the weight of its live servers reaches this. A percentage is of the weight of all.',
    unset: 'a weight of 1: any one server',
    examples: ['50%', 200],
  }),
  hysteresis: optional(amount(0, parsePercent), {
    description: 'Added to the quorum for coming up, subtracted from it for going down.',
    unset: '0',
    examples: ['10%'],
  }),
  min_pooled: optional(positivePercent, {
    description:
      'Servers that fail keep their weight while less than this would be left in the pool. They do not count for the quorum.',
    unset: 'off',
    examples: ['50%'],
  }),
  slow_start: optional(duration(0), {
    description:
      'After a recovery the weight rises from a tenth to the whole in this time. Not when the daemon starts.',
    default: durationText(DEFAULTS.service.slowStartMs),
    examples: ['30s'],
  }),
  valid_when: optional(rule, {
    description:
      'Results of probes count only while this rule is up, such as the uplink that the probes use.',
    unset: 'always',
    examples: [{ any: ['uplink-a', 'uplink-b'] }],
  }),
  on_down: optional(oneOf(['quiesce', 'remove']), {
    description:
      'A server that is down: `quiesce` sets its weight to 0, `remove` takes it out of the table and later adds it as it was.',
    default: DEFAULTS.service.onDown,
    examples: ['remove'],
  }),
  real_servers: requiredKey(listOf(realServer, 'real servers'), {
    description: 'The servers behind it, each as ADDRESS:PORT or as a mapping.',
    examples: [['10.0.1.11:443', { address: '10.0.1.12:443', weight: 200 }]],
  }),
});

export type ServiceFile = z.infer<typeof service>;
export type RealServerFile = z.infer<typeof realServer>;
