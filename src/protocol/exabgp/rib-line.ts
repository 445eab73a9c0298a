import type { RouteAttributes } from '../../model/route.ts';
import type { RibRoute } from './reply.ts';
import { U32_MAX, addressFamily, parseUnsigned, prefixFamily } from './syntax.ts';

/** ExaBGP prints these by name, although it was given numbers (RFC 1997, 3765, 7999). */
const COMMUNITY_NAMES: ReadonlyMap<string, string> = new Map([
  ['no-export', '65535:65281'],
  ['no-advertise', '65535:65282'],
  ['no-export-subconfed', '65535:65283'],
  ['no-peer', '65535:65284'],
  ['nopeer', '65535:65284'],
  ['blackhole', '65535:666'],
]);

/**
 * Reads one line of `show adj-rib out [extensive]`:
 * `[neighbor] IP [local-ip IP …] ipv4|ipv6 unicast PREFIX [path-information N] next-hop NH [attributes]`.
 * 5.x drops the word `neighbor` from the short form. `null`: it is another line.
 */
export function parseRibLine(line: string): RibRoute | null {
  const words = line.split(' ').filter((word) => word !== '');
  if (words[0] === 'neighbor') words.shift();
  const neighbor = words[0];
  if (neighbor === undefined || addressFamily(neighbor) === null) return null;
  const unicast = words.indexOf('unicast');
  if (unicast < 2 || !/^ipv[46]$/u.test(words[unicast - 1] ?? '')) return null;
  const prefix = words[unicast + 1];
  if (prefix === undefined || prefixFamily(prefix) === null) return null;

  const extensive = words.indexOf('local-ip');
  const body = new Words(words.slice(unicast + 2));
  const attributes = readAttributes(body);
  return {
    neighbor,
    localAddress: extensive > 0 ? (words[extensive + 1] ?? null) : null,
    prefix,
    pathId: body.pathId,
    attributes: extensive > 0 ? attributes : null,
    nextHop: body.nextHop,
  };
}

class Words {
  readonly #words: readonly string[];
  #at = 0;
  pathId: number | null = null;
  nextHop = 'self';

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  next(): string | null {
    return this.#words[this.#at++] ?? null;
  }

  /** One bare value, or everything between brackets: `[ … ]`, for an AS path of 5.x `( … )`. */
  values(): readonly string[] {
    const first = this.next();
    if (first === null) return [];
    if (first !== '[' && first !== '(') return [first];
    const values: string[] = [];
    for (let word = this.next(); word !== null && word !== ']' && word !== ')'; word = this.next())
      values.push(word);
    return values;
  }
}

/** `null` as soon as there is a word that we never announce. */
function readAttributes(body: Words): RouteAttributes | null {
  let med: number | null = null;
  let localPreference: number | null = null;
  let asPath: readonly number[] = [];
  let communities: readonly string[] = [];
  let largeCommunities: readonly string[] = [];
  let extendedCommunities: readonly string[] = [];
  let isForeign = false;
  for (let word = body.next(); word !== null; word = body.next()) {
    const values = body.values();
    const [first = ''] = values;
    if (word === 'path-information') body.pathId = pathId(first);
    else if (word === 'next-hop') body.nextHop = first;
    else if (word === 'med') med = parseUnsigned(first, U32_MAX);
    else if (word === 'local-preference') localPreference = parseUnsigned(first, U32_MAX);
    else if (word === 'as-path') asPath = values.map(Number);
    else if (word === 'community')
      communities = values.map((value) => COMMUNITY_NAMES.get(value) ?? value);
    else if (word === 'large-community') largeCommunities = values;
    else if (word === 'extended-community') extendedCommunities = values.map(extendedCommunity);
    // Not announcing an origin means igp.
    else if (word !== 'origin' || first !== 'igp') isForeign = true;
  }
  if (isForeign) return null;
  const { nextHop } = body;
  return {
    nextHop,
    med,
    localPreference,
    asPath,
    communities,
    largeCommunities,
    extendedCommunities,
  };
}

/** Path ids are printed like addresses: `0.0.0.1`. */
export function pathId(text: string): number | null {
  const dotted = dottedNumber(text);
  return dotted ?? parseUnsigned(text, U32_MAX);
}

function dottedNumber(text: string): number | null {
  if (addressFamily(text) !== 'ipv4') return null;
  return text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** `target:70000L:65535` and `origin:65000:0.0.0.1` are how ExaBGP prints plain numbers. */
function extendedCommunity(text: string): string {
  const [kind = '', as = '', number = ''] = text.split(':');
  return `${kind}:${as.replace(/L$/u, '')}:${dottedNumber(number) ?? number}`;
}
