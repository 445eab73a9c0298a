import * as z from 'zod';
import { DEFAULTS } from '../defaults.ts';
import {
  bad,
  durationText,
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
  oneOf,
  path,
  port,
  text,
  textUpTo,
  wholeNumber,
  yesNo,
} from './basics.ts';
import { optional } from './keys.ts';
import { argument, FAST_INTERVAL_DEFAULT, pluginKeys } from './program.ts';
import { settleKeys } from './settle.ts';

/** One worker cannot probe a server more often than this and stay exact. */
const INTERVAL_MIN_MS = 10;
const MUST_BE_SOMEWHERE = 'none: the check needs it, here or in a real server’s `check`';

/** Keys of every check. */
export const commonKeys = {
  interval: optional(duration(INTERVAL_MIN_MS), {
    description: 'Time between two probes of a server while it is settled.',
    default: durationText(DEFAULTS.check.intervalMs),
    examples: ['500ms'],
  }),
  timeout: optional(duration(1), {
    description:
      'A probe that takes longer has failed; with `exec` it is `lost`. At most the interval.',
    unset: 'half the interval',
    examples: ['250ms'],
  }),
  fast_interval: optional(duration(INTERVAL_MIN_MS), {
    description: 'The interval while results disagree with the settled health.',
    unset: FAST_INTERVAL_DEFAULT,
    examples: ['100ms'],
  }),
  port: optional(port, {
    description: 'The port to probe, where that is not the one that serves.',
    unset: 'the port of the real server',
    examples: [9000],
  }),
  source: optional(address, {
    description: 'Local address to probe from.',
    unset: 'the kernel chooses',
    examples: ['10.0.1.1'],
  }),
  sweep: optional(yesNo, {
    description:
      'Two servers of one fault domain (an address, a service, a `domain`) fail within 50 ms: probe the rest of the domain at once.',
    default: DEFAULTS.check.sweep,
    examples: [false],
  }),
  ...settleKeys,
};

const payload = textUpTo('expected text, or bytes such as hex:0a0b', parsePayload, {
  title: 'text, or bytes as `hex:0a0b`',
});
const expect = textUpTo('expected none, text, hex: or /regex/', parseExpect, {
  title: '`none`, text, `hex:…` or `/regex/`',
});
const regex = textUpTo('expected a regular expression such as /ok/', parseRegex, {
  title: '`/regex/` of RE2',
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
    title: 'range such as `200-399`',
  }),
]);

const replyKeys = {
  send: optional(payload, {
    description: 'What the probe sends.',
    unset: 'nothing; with `udp` an empty datagram',
    examples: ['hex:0a0b', 'PING\n'],
  }),
  expect: optional(expect, {
    description:
      'What the reply must contain. `none`: with `tcp` an open port is enough, with `udp` the server is up unless its host reports by ICMP that the port is unreachable.',
    default: DEFAULTS.check.expect,
    examples: ['/^220 /'],
  }),
};
const HOST_EXPECTED = 'expected a host such as www.example.net or www.example.net:8443';
const httpKeys = {
  path: optional(
    textUpTo('expected a path such as /healthz', parseHttpPath, { title: 'path of a URL' }),
    { description: 'The path to get.', default: DEFAULTS.check.httpPath, examples: ['/healthz'] },
  ),
  host: optional(textUpTo(HOST_EXPECTED, parseHttpHost, { title: 'host, or host:port' }), {
    description: 'The Host header, and the server name in TLS.',
    unset: 'the address of the server',
    examples: ['www.example.net'],
  }),
  status: optional(status, {
    description: 'The status of a good answer.',
    default: DEFAULTS.check.status,
    examples: [200, '200-299'],
  }),
  body: optional(regex, {
    description: 'Must match within the first 64 KiB of the body.',
    unset: 'any body',
    examples: ['/"status": ?"ok"/'],
  }),
  verify: optional(yesNo, {
    description: 'With `https`: check the certificate.',
    default: DEFAULTS.check.verify,
    examples: [false],
  }),
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
export const typeKeys = {
  tcp: {
    mode: optional(oneOf(['connect', 'hold']), {
      description:
        '`connect` opens a connection each interval. `hold` also keeps an idle one: when the server closes it, `fall` probes follow at once.',
      default: DEFAULTS.check.tcpMode,
      examples: ['hold'],
    }),
    ...replyKeys,
  },
  udp: {
    ...replyKeys,
    icmp_interval: optional(duration(1), {
      description:
        'With `expect: none`: the least time between two probes of one address, whatever the interval. A host sends one ICMP error a second.',
      default: durationText(DEFAULTS.check.icmpIntervalMs),
      examples: ['200ms'],
    }),
  },
  http: httpKeys,
  https: httpKeys,
  dns: {
    name: optional(text('a domain name', 'domain name'), {
      description: 'The name to ask for.',
      unset: MUST_BE_SOMEWHERE,
      examples: ['www.example.net'],
    }),
    record: optional(oneOf(['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT']), {
      description: 'The type of record to ask for.',
      default: DEFAULTS.check.record,
      examples: ['AAAA'],
    }),
    rcode: optional(oneOf(['NOERROR', 'NXDOMAIN', 'SERVFAIL', 'REFUSED']), {
      description: 'The response code of a good answer.',
      default: DEFAULTS.check.rcode,
      examples: ['NXDOMAIN'],
    }),
    answer: optional(oneOf(['record', 'any']), {
      description:
        'With `rcode: NOERROR`: `record` wants a record of that type in the answer, `any` does not.',
      default: DEFAULTS.check.answer,
      examples: ['any'],
    }),
  },
  exec: {
    command: optional(listOf(argument, 'arguments, the program first'), {
      description:
        'A program that exits like a Nagios plugin. `{address}` and `{port}` are replaced. No shell.',
      unset: MUST_BE_SOMEWHERE,
      examples: [['/usr/local/bin/check-batch', '{address}', '{port}']],
    }),
    user: optional(text('a user name', 'user name'), {
      description: 'The user to run it as; needs root.',
      unset: 'the user of the daemon',
      examples: ['nobody'],
    }),
  },
  agent: {
    send: optional(payload, {
      description: 'What the probe sends before it reads the reply.',
      unset: 'nothing',
      examples: ['web\n'],
    }),
  },
  grpc: {
    service: optional(text('a service name', 'service name'), {
      description: 'The service whose health is asked for.',
      unset: 'the server as a whole',
      examples: ['example.Health'],
    }),
  },
  plugin: {
    module: optional(path, {
      description:
        'A file, relative to the configuration file where it begins with `./` or `../`; else the name of a package.',
      unset: MUST_BE_SOMEWHERE,
      examples: ['./plugins/load-per-core.ts'],
    }),
    ...pluginKeys,
  },
};
