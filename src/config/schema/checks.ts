import * as z from 'zod';
import {
  bad,
  good,
  parseAddress,
  type Parsed,
  parseExpect,
  parsePayload,
  parseRegex,
} from '../parse.ts';
import {
  address,
  duration,
  listOf,
  mapping,
  oneOf,
  path,
  pluginOptions,
  port,
  text,
  textUpTo,
  wholeNumber,
  wordList,
  yesNo,
} from './basics.ts';
import { settleKeys } from './settle.ts';

/** One worker cannot probe a server more often than this and stay exact. */
const INTERVAL_MIN_MS = 10;

const commonKeys = {
  interval: duration(INTERVAL_MIN_MS, 'Between two probes; default 1s.').optional(),
  timeout: duration(1, 'How long a probe may take; default half the interval.').optional(),
  fast_interval: duration(
    INTERVAL_MIN_MS,
    'The interval while unsettled; default a fifth of the interval, at least 50ms.',
  ).optional(),
  port: port.optional().meta({ description: 'The port to probe, where another one serves.' }),
  source: address.optional().meta({ description: 'Local address to probe from.' }),
  sweep: yesNo
    .optional()
    .meta({ description: 'Probe the rest of a fault domain after two failures; default true.' }),
  ...settleKeys,
};

const payload = textUpTo('expected text, or bytes such as hex:0a0b', parsePayload, {
  description: 'Text, or bytes as hex:0a0b.',
});
const expect = textUpTo('expected none, text, hex: or /regex/', parseExpect, {
  description: 'none, text or hex: that the reply contains, or /regex/.',
});
const regex = textUpTo('expected a regular expression such as /ok/', parseRegex, {
  description: 'A regular expression between slashes.',
});

/** `200`, `200-399`, as text or a plain number. */
function parseStatus(value: string): Parsed<string> {
  const match = /^([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?$/.exec(value);
  const isRange = match !== null && Number(match[1]) <= Number(match[2] ?? match[1]);
  return isRange ? good(value) : bad('expected a status such as 200 or 200-399');
}
const status = z.union([
  wholeNumber(100, 599, 'a status'),
  textUpTo('expected a status such as 200 or 200-399', parseStatus, {
    description: 'One status or a range, such as 200-399.',
  }),
]);

const replyKeys = { send: payload.optional(), expect: expect.optional() };
const HOST_EXPECTED = 'expected a host such as www.example.net or www.example.net:8443';
const httpKeys = {
  path: textUpTo('expected a path such as /healthz', parseHttpPath, {
    description: 'The path to get; default /.',
  }).optional(),
  host: textUpTo(HOST_EXPECTED, parseHttpHost, {
    description: 'The Host header, and the server name; default the address.',
  }).optional(),
  status: status.optional(),
  body: regex.optional(),
  verify: yesNo.optional().meta({ description: 'Check the certificate; default true.' }),
};

function parseHttpPath(value: string): Parsed<string> {
  return /^\/[\x21-\x7e]{0,2000}$/.test(value)
    ? good(value)
    : bad('expected a path such as /healthz');
}

/** What may stand in a header and be asked for as server name: a name of ASCII, or an address. */
function parseHttpHost(value: string): Parsed<string> {
  const isHost = /^(?:[\w.-]{1,253}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i.test(value);
  return isHost || parseAddress(value).ok ? good(value) : bad(HOST_EXPECTED);
}

/** The keys that only one type (or two) knows. */
const typeKeys = {
  tcp: { mode: oneOf(['connect', 'hold']).optional(), ...replyKeys },
  udp: {
    ...replyKeys,
    icmp_interval: duration(
      1,
      'With expect: none, how far apart probes of one address are; default 1100ms.',
    ).optional(),
  },
  http: httpKeys,
  https: httpKeys,
  dns: {
    name: text('a domain name').optional(),
    record: oneOf(['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT']).optional(),
    rcode: oneOf(['NOERROR', 'NXDOMAIN', 'SERVFAIL', 'REFUSED']).optional(),
    answer: oneOf(['record', 'any']).optional(),
  },
  exec: {
    command: listOf(text('an argument'), 'arguments, the program first').optional(),
    user: text('a user name').optional(),
  },
  agent: { send: payload.optional() },
  grpc: { service: text('a service name').optional() },
  plugin: {
    module: path.optional(),
    options: pluginOptions.optional(),
    isolate: oneOf(['worker', 'none']).optional(),
    stale_after: duration(100, 'Silent for longer than this is lost.').optional(),
  },
};

export type CheckType = keyof typeof typeKeys;
const checkTypes = [
  'tcp',
  'udp',
  'http',
  'https',
  'dns',
  'exec',
  'agent',
  'grpc',
  'plugin',
] as const;

/** Whether a check of this type may have this key. */
export function checkHasKey(type: CheckType, key: string): boolean {
  return key === 'type' || Object.hasOwn(commonKeys, key) || Object.hasOwn(typeKeys[type], key);
}

/** `it belongs to checks of type http or https`, where some other type has the key. */
export function keyOfOtherCheck(key: string): string | undefined {
  const types = checkTypes.filter((type) => Object.hasOwn(typeKeys[type], key));
  return types.length === 0 ? undefined : `it belongs to checks of type ${wordList(types)}`;
}

export const checkSchema = z.discriminatedUnion(
  'type',
  [
    mapping({ type: z.literal('tcp'), ...commonKeys, ...typeKeys.tcp }, keyOfOtherCheck),
    mapping({ type: z.literal('udp'), ...commonKeys, ...typeKeys.udp }, keyOfOtherCheck),
    mapping({ type: z.literal('http'), ...commonKeys, ...typeKeys.http }, keyOfOtherCheck),
    mapping({ type: z.literal('https'), ...commonKeys, ...typeKeys.https }, keyOfOtherCheck),
    mapping({ type: z.literal('dns'), ...commonKeys, ...typeKeys.dns }, keyOfOtherCheck),
    mapping({ type: z.literal('exec'), ...commonKeys, ...typeKeys.exec }, keyOfOtherCheck),
    mapping({ type: z.literal('agent'), ...commonKeys, ...typeKeys.agent }, keyOfOtherCheck),
    mapping({ type: z.literal('grpc'), ...commonKeys, ...typeKeys.grpc }, keyOfOtherCheck),
    mapping({ type: z.literal('plugin'), ...commonKeys, ...typeKeys.plugin }, keyOfOtherCheck),
  ],
  { error: 'expected a mapping such as { type: tcp }' },
);

export const checkDefaults = mapping(commonKeys, keyOfOtherCheck);

/** The `check` of one real server: whichever keys differ from the service's. */
export const checkOverride = mapping({
  type: oneOf(checkTypes).optional(),
  ...commonKeys,
  ...typeKeys.tcp,
  ...typeKeys.udp,
  ...typeKeys.http,
  ...typeKeys.dns,
  ...typeKeys.exec,
  ...typeKeys.grpc,
  ...typeKeys.plugin,
});

export type CheckFile = z.infer<typeof checkSchema>;
export type CheckDefaultsFile = z.infer<typeof checkDefaults>;
export type CheckOverrideFile = z.infer<typeof checkOverride>;
