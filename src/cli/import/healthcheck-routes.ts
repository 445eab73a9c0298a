import { addressOf, parseAddress, type Address } from '../../config/parse/address.ts';
import {
  communityNumbers,
  parseCommunity,
  parseExtendedCommunity,
  parseLargeCommunity,
} from '../../config/parse/community.ts';
import { parsePrefix, type Prefix } from '../../config/parse/prefix.ts';
import type { Parsed } from '../../config/parse/result.ts';
import type { DraftKeys, DraftRoute, Note } from './draft.ts';
import type { Neighbor } from './exabgp-neighbors.ts';
import type { Job } from './healthcheck-check.ts';
import { shortened, argumentNote } from './healthcheck-words.ts';

const MAX_32 = 2 ** 32 - 1;
/** As many of a list as a route may have. */
const LIST_MAX = 32;
/** Addresses of one `--deaggregate-networks`. */
const ADDRESSES_MAX = 1_024;

const defaults = { metric: 100, increase: 1 } as const;

/** Whom a process announces to. */
export interface Audience {
  /** Each gets routes of its own; empty: all that list routevane. */
  readonly selected: readonly string[];
  /** Those whose sessions carry the routes, as far as that is known. */
  readonly neighbors: readonly Neighbor[];
}

/** The routes of one process. Empty: none of its addresses can be read. */
export function routesFor(job: Job, when: readonly string[], audience: Audience): DraftRoute[] {
  const { given, note } = job;
  const ips = given.all('--ip');
  const prefixes = rotated(
    job,
    ips.flatMap((ip) => prefixesOf(job, ip)),
  );
  const metric = wholeOf(job, '--up-metric', defaults.metric, -MAX_32);
  const increase = wholeOf(job, '--increase', defaults.increase, -MAX_32);
  const shared = sharedKeys(job);
  if (!given.has('--withdraw-on-down')) {
    note(
      'without --withdraw-on-down it announced a worse metric while down: here the route is withdrawn',
    );
  }
  // No counterpart is needed: a change is announced once, and addresses are left alone.
  given.has('--debounce');
  const isSetUp = !given.has('--no-ip-setup');
  if (ips.length === 0) return [unknownRoute(job, when, [['med', metric], ...shared])];
  const setUp = isSetUp ? [setUpNote(job, prefixes)] : [];
  return prefixes.flatMap((prefix, at) =>
    hopsOf(job, prefix, audience).map((hop, nth): DraftRoute => {
      const med = metric + at * increase;
      const isMed = med >= 0 && med <= MAX_32;
      return {
        prefix: prefix.text,
        when,
        keys: [
          ['next_hop', hop.nextHop],
          ...(isMed ? [['med', med] as const] : []),
          ...shared,
          ...(hop.neighbor === null ? [] : [['neighbor', hop.neighbor] as const]),
        ],
        notes: [
          ...(at === 0 && nth === 0 ? setUp : []),
          ...(isMed ? [] : [argumentNote(job.at, `its metric would be ${med}: left out`)]),
          ...hop.notes,
        ],
        isOff: hop.isOff,
      };
    }),
  );
}

/** Without `--ip` it announces what is on lo, which no file says. */
function unknownRoute(job: Job, when: readonly string[], keys: DraftKeys): DraftRoute {
  const label = job.given.peek('--label');
  const labelled = label === null ? '' : ` with a label lo:${shortened(label)}…`;
  const text = `no --ip is given: it announced each address of lo${labelled}: write a route for each`;
  return {
    prefix: 'ADDRESS/32',
    when,
    keys: [['next_hop', job.given.last('--next-hop') ?? 'self'], ...keys],
    notes: [argumentNote(job.at, text)],
    isOff: true,
  };
}

function setUpNote({ given, at }: Job, prefixes: readonly Prefix[]): Note {
  const label = given.peek('--label');
  const addresses = [...new Set(prefixes.map(({ text }) => text))];
  const [first = ''] = addresses;
  const others = addresses.length > 1 ? ` and ${addresses.length - 1} more` : '';
  const command = `ip address add ${first} dev lo${label === null ? '' : ` label lo:${label}`}`;
  const text =
    `healthcheck put ${first}${others} on lo, and nothing does it here: ` +
    `set it up in the configuration of the node's network, or by "${shortened(command)}"`;
  return argumentNote(at, text);
}

function prefixesOf(
  { given, note }: Job,
  { value, at }: ReturnType<Job['given']['all']>[number],
): Prefix[] {
  const text = value.includes('/') ? value : `${value}/${value.includes(':') ? 128 : 32}`;
  const prefix = parsePrefix(text);
  if (!prefix.ok) {
    note(`--ip ${shortened(value)}: left out, ${prefix.message}`, at);
    return [];
  }
  if (!given.has('--deaggregate-networks')) return [prefix.value];
  const { address, length } = prefix.value;
  const bits = address.family === 4 ? 32 : 128;
  const count = 2 ** (bits - length);
  if (count <= ADDRESSES_MAX) return Array.from({ length: count }, (_, nth) => host(address, nth));
  note(
    `--ip ${value}: ${count} addresses of --deaggregate-networks: announced as a whole here`,
    at,
  );
  return [prefix.value];
}

/** The nth address of a network, at most 65,536 of them. */
function host(network: Address, nth: number): Prefix {
  const bits = network.family === 4 ? 8 : 16;
  const last = network.parts.length - 1;
  const parts = network.parts.map((part, at) => {
    if (at === last) return part + (nth % 2 ** bits);
    return at === last - 1 ? part + Math.floor(nth / 2 ** bits) : part;
  });
  const address = addressOf(parts);
  const length = network.family === 4 ? 32 : 128;
  return { address, length, text: `${address.text}/${length}` };
}

/** `--start-ip N`: the first N go to the end. */
function rotated(job: Job, prefixes: readonly Prefix[]): Prefix[] {
  const start = wholeOf(job, '--start-ip', 0, -MAX_32);
  const { length } = prefixes;
  const by = length === 0 ? 0 : ((start % length) + length) % length;
  return [...prefixes.slice(by), ...prefixes.slice(0, by)];
}

function wholeOf({ given, note }: Job, name: string, otherwise: number, least: number): number {
  const text = given.last(name);
  if (text === null) return otherwise;
  const number = /^[+-]?\d+$/u.test(text.trim()) ? Number(text) : Number.NaN;
  if (number >= least && number <= MAX_32) return number;
  const place = given.place(name);
  note(`${name} ${shortened(text)}: expected a whole number: ${otherwise} is taken`, place);
  return otherwise;
}

interface Hop {
  readonly nextHop: string;
  readonly neighbor: string | null;
  readonly isOff: boolean;
  readonly notes: readonly Note[];
}

/** The next hop, once for each neighbor that has a route of its own. */
function hopsOf(job: Job, prefix: Prefix, { selected, neighbors }: Audience): Hop[] {
  const { given, at } = job;
  const { family } = prefix.address;
  const text = given.last('--next-hop');
  const parsed = parseAddress(text ?? '');
  const isUsable = parsed.ok && parsed.value.family === family;
  const place = given.place('--next-hop') ?? at;
  const refused = `--next-hop ${shortened(text ?? '')}: left out for ${prefix.text}: it is no IPv${family} address`;
  const notes = text === null || isUsable ? [] : [argumentNote(place, refused)];
  const each = selected.length === 0 ? [null] : selected;
  if (isUsable || family === 4) {
    const nextHop = isUsable ? parsed.value.text : 'self';
    return each.map((neighbor) => ({ nextHop, neighbor, isOff: false, notes }));
  }
  return ipv6Hops({ at, notes }, prefix, each, neighbors);
}

/** `self` is right over an IPv6 session only: our end of it, where ExaBGP's configuration has it. */
function ipv6Hops(
  { at, notes }: Pick<Job, 'at'> & { readonly notes: readonly Note[] },
  prefix: Prefix,
  selected: readonly (string | null)[],
  neighbors: readonly Neighbor[],
): Hop[] {
  const localOf = (neighbor: string | null): string[] => {
    const those = neighbors.filter(
      ({ address }) => neighbor === null || address?.text === neighbor,
    );
    return [...new Set(those.map(({ local }) => (local?.family === 6 ? local.text : '')))];
  };
  const off = `${prefix.text} is left out until you give its next_hop, an IPv6 address of this node: over an IPv4 session "self" is none`;
  return selected.flatMap((neighbor): Hop[] => {
    const locals = localOf(neighbor);
    const [only = '', ...more] = locals;
    if (only !== '' && more.length === 0) {
      const text = `next_hop: the local-address of its neighbor in ExaBGP's configuration`;
      return [{ nextHop: only, neighbor, isOff: false, notes: [...notes, argumentNote(at, text)] }];
    }
    if (neighbor === null && more.length > 0) {
      const each = neighbors.flatMap(({ address }) => (address === null ? [] : [address.text]));
      return ipv6Hops({ at, notes }, prefix, [...new Set(each)], neighbors);
    }
    return [
      { nextHop: 'ADDRESS', neighbor, isOff: true, notes: [...notes, argumentNote(at, off)] },
    ];
  });
}

/** What all routes of a process have in common. */
function sharedKeys(job: Job): DraftKeys {
  const preference = wholeOf(job, '--local-preference', -1, -MAX_32);
  const pathId = wholeOf(job, '--path-id', 0, 0);
  return [
    ...(preference < 0 ? [] : [['local_preference', preference] as const]),
    // 0 is none for healthcheck.
    ...(pathId === 0 ? [] : [['path_id', pathId] as const]),
    ...asPath(job),
    ...list(job, '--community', 'communities', parseCommunity),
    ...list(job, '--large-community', 'large_communities', parseLargeCommunity),
    ...list(job, '--extended-community', 'extended_communities', parseExtendedCommunity),
  ];
}

/** While up, `--up-as-path` comes before `--as-path`. */
function asPath(job: Job): DraftKeys {
  const { given, note } = job;
  const general = given.last('--as-path');
  const up = given.last('--up-as-path');
  const numbers = wordsOf(up ?? general ?? '');
  if (numbers.length === 0) return [];
  const isPath = numbers.every((each) => /^[1-9]\d{0,9}$/u.test(each) && Number(each) <= MAX_32);
  if (isPath && numbers.length <= LIST_MAX) return [['as_path', numbers.map(Number)]];
  const name = up === null ? '--as-path' : '--up-as-path';
  const text = `${name} ${shortened(up ?? general ?? '')}: left out, expected at most ${LIST_MAX} AS numbers`;
  note(text, given.place(name));
  return [];
}

function list(
  { given, note }: Job,
  name: string,
  key: string,
  parse: (text: string) => Parsed<string>,
): DraftKeys {
  const place = given.place(name);
  const values = wordsOf(given.last(name) ?? '').flatMap((word) => {
    const parsed = parse(communityNumbers(word));
    if (parsed.ok) return [parsed.value];
    note(`${name} ${shortened(word)}: left out, ${parsed.message}`, place);
    return [];
  });
  if (values.length > LIST_MAX) note(`${name}: only the first ${LIST_MAX} are kept`, place);
  return values.length === 0 ? [] : [[key, values.slice(0, LIST_MAX)]];
}

/** The words of a list, in brackets or not. */
function wordsOf(text: string): string[] {
  return text.split(/[\s,[\]]+/u).filter((word) => word !== '');
}
