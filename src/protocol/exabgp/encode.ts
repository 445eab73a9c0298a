import type { RouteAttributes, RouteIdentity } from '../../model/route.ts';
import {
  U16_MAX,
  U32_MAX,
  addressFamily,
  isUnsigned,
  parseUnsigned,
  prefixFamily,
} from './syntax.ts';

/** A pipe takes writes of up to 4096 bytes atomically; this leaves room for the newline. */
export const COMMAND_MAX_BYTES = 4095;

/** A command line without its newline, or why it cannot be encoded. */
export type EncodedCommand =
  { readonly ok: true; readonly line: string } | { readonly ok: false; readonly reason: string };

/** What is written for a change of one route. `null` attributes: withdraw. */
export interface RouteChange {
  readonly route: RouteIdentity;
  readonly attributes: RouteAttributes | null;
  /** Also in a withdraw: without it the batch form resets the session (4.2.21, 4.2.25). */
  readonly nextHop: string;
}

/** `announce route P next-hop NH …` or `withdraw route P next-hop NH …`. */
export function encodeChange(change: RouteChange): EncodedCommand {
  const { route, attributes, nextHop } = change;
  if (prefixFamily(route.prefix) === null) return invalid('prefix', route.prefix);
  const parts = words(change);
  if (!parts.ok) return parts;
  const { selector, path, tail } = parts;
  const verb = attributes === null ? 'withdraw' : 'announce';
  return withinLimit(`${selector}${verb} route ${route.prefix} next-hop ${nextHop}${path}${tail}`);
}

/**
 * The head of a line for many prefixes that share everything else; the prefixes
 * follow, each after a space. Routes with a path id are refused: 4.2.21 drops
 * the path id from this form and answers `done`.
 */
export function encodeBatchHead(change: RouteChange): EncodedCommand {
  if (change.route.pathId !== null) return invalid('path id in a batch', `${change.route.pathId}`);
  const parts = words(change);
  if (!parts.ok) return parts;
  const verb = change.attributes === null ? 'withdraw' : 'announce';
  const { selector, tail } = parts;
  return withinLimit(`${selector}${verb} attributes next-hop ${change.nextHop}${tail} nlri`);
}

type Words =
  | { readonly ok: true; readonly selector: string; readonly path: string; readonly tail: string }
  | { readonly ok: false; readonly reason: string };

function words({ route, attributes, nextHop }: RouteChange): Words {
  const { neighbor, pathId } = route;
  if (neighbor !== null && addressFamily(neighbor) === null) return invalid('neighbor', neighbor);
  if (nextHop !== 'self' && addressFamily(nextHop) === null) return invalid('next-hop', nextHop);
  if (pathId !== null && !isUnsigned(pathId, U32_MAX)) return invalid('path id', `${pathId}`);
  const tail = attributes === null ? { ok: true as const, line: '' } : attributeWords(attributes);
  if (!tail.ok) return tail;
  return {
    ok: true,
    selector: neighbor === null ? '' : `neighbor ${neighbor} `,
    path: pathId === null ? '' : ` path-information ${pathId}`,
    tail: tail.line,
  };
}

function attributeWords(attributes: RouteAttributes): EncodedCommand {
  const { med, localPreference, asPath } = attributes;
  let line = '';
  if (med !== null) {
    if (!isUnsigned(med, U32_MAX)) return invalid('med', `${med}`);
    line += ` med ${med}`;
  }
  if (localPreference !== null) {
    if (!isUnsigned(localPreference, U32_MAX))
      return invalid('local-preference', `${localPreference}`);
    line += ` local-preference ${localPreference}`;
  }
  for (const as of asPath) if (!isUnsigned(as, U32_MAX)) return invalid('as-path', `${as}`);
  line += list('as-path', asPath);
  const kinds = [
    ['community', attributes.communities, isCommunity],
    ['large-community', attributes.largeCommunities, isLargeCommunity],
    ['extended-community', attributes.extendedCommunities, isExtendedCommunity],
  ] as const;
  for (const [word, values, isValid] of kinds) {
    for (const value of values) if (!isValid(value)) return invalid(word, value);
    line += list(word, values);
  }
  return { ok: true, line };
}

function list(word: string, values: readonly (string | number)[]): string {
  return values.length === 0 ? '' : ` ${word} [ ${values.join(' ')} ]`;
}

function isCommunity(text: string): boolean {
  const parts = text.split(':');
  return parts.length === 2 && parts.every((part) => parseUnsigned(part, U16_MAX) !== null);
}

function isLargeCommunity(text: string): boolean {
  const parts = text.split(':');
  return parts.length === 3 && parts.every((part) => parseUnsigned(part, U32_MAX) !== null);
}

/** RFC 4360 and 5668: two and four bytes for AS and number, or four and two. */
function isExtendedCommunity(text: string): boolean {
  const [kind, asText, numberText, ...rest] = text.split(':');
  if (kind !== 'target' && kind !== 'origin') return false;
  if (asText === undefined || numberText === undefined || rest.length > 0) return false;
  const as = parseUnsigned(asText, U32_MAX);
  const number = parseUnsigned(numberText, U32_MAX);
  return as !== null && number !== null && (as <= U16_MAX || number <= U16_MAX);
}

function withinLimit(line: string): EncodedCommand {
  // Every word was checked, so the line is ASCII. Only its length is left to check.
  if (line.length > COMMAND_MAX_BYTES) return invalid('length', `${line.length} bytes`);
  return { ok: true, line };
}

function invalid(what: string, value: string): { readonly ok: false; readonly reason: string } {
  // The value goes to a log: JSON escapes its control characters.
  return { ok: false, reason: `${what} ${JSON.stringify(value.slice(0, 80))} is not valid` };
}
