import * as z from 'zod';
import {
  addressExpected,
  bad,
  durationExpected,
  durationPattern,
  durationText,
  endpointExpected,
  nameExpected,
  namePattern,
  parseAddress,
  type Parsed,
  parseDuration,
  parseListen,
  parseName,
  parsePositivePercent,
  percentExpected,
  percentPattern,
} from '../parse.ts';
import { didYouMean } from '../suggest.ts';

/** What the JSON Schema and docs/configuration.md say about a text. */
interface TextNotes {
  /** The name of the type, such as `duration`. */
  readonly title: string;
  readonly description?: string;
  readonly pattern?: string;
}

/** Text that `parse` accepts: its message is the problem. The value stays text. */
export function textUpTo(
  expected: string,
  parse: (text: string) => Parsed<unknown>,
  notes: TextNotes,
): z.ZodString {
  return z
    .string({ error: expected })
    .check((context) => {
      const parsed = parse(context.value);
      if (parsed.ok) return;
      context.issues.push({ code: 'custom', message: parsed.message, input: context.value });
    })
    .meta({ ...notes });
}

/** Why a key has no place here, where that is better than a guess: `it belongs to …`. */
export type Hint = (key: string) => string | undefined;

/**
 * A mapping of exactly these keys. zod reports all unknown keys of a mapping in
 * one issue, so the message has a line for each, in the same order.
 */
export function mapping<Shape extends z.ZodRawShape>(shape: Shape, hint?: Hint) {
  const keys = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => unknownKey(key, keys, hint)).join('\n')
        : `expected a mapping with the keys ${keys.slice(0, 8).join(', ')}${keys.length > 8 ? ', …' : ''}`,
  });
}

function unknownKey(key: string, keys: readonly string[], hint: Hint | undefined): string {
  const shown = JSON.stringify(key.slice(0, 40));
  const belongs = hint?.(key);
  if (belongs !== undefined) return `unknown key ${shown} here: ${belongs}`;
  return `unknown key ${shown}${didYouMean(key, keys)}`;
}

/** A list with at least one element: an empty one is a slip, leaving the key out says "none". */
export function listOf<Item extends z.ZodType>(item: Item, what: string, max = Infinity) {
  const list = z
    .array(item, { error: `expected a list of ${what}` })
    .min(1, { error: `the list of ${what} is empty: add at least one` });
  return max === Infinity ? list : list.max(max, { error: `expected at most ${max} ${what}` });
}

export function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, {
    error: (issue) => {
      const near = typeof issue.input === 'string' ? didYouMean(issue.input, values) : '';
      return `expected ${wordList(values)}${near}`;
    },
  });
}

export function wordList(words: readonly string[]): string {
  return words.length < 2
    ? words.join('')
    : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;
}

export function wholeNumber(min: number, max: number, what = 'a whole number') {
  const error = `expected ${what} from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

export function duration(minMs: number): z.ZodString {
  return textUpTo(durationExpected, (value) => atLeast(minMs, parseDuration(value)), {
    title: minMs > 1 ? `duration, at least ${durationText(minMs)}` : 'duration',
    pattern: durationPattern,
  });
}

function atLeast(minMs: number, parsed: Parsed<number>): Parsed<number> {
  return parsed.ok && parsed.value < minMs
    ? bad(`expected a duration of at least ${durationText(minMs)}`)
    : parsed;
}

export const yesNo = z.boolean({ error: 'expected true or false' });
export const name = textUpTo(nameExpected, parseName, {
  title: 'name',
  pattern: namePattern,
});
export const positivePercent = textUpTo(percentExpected, parsePositivePercent, {
  title: 'percentage',
  pattern: percentPattern,
});
export const address = textUpTo(addressExpected, parseAddress, {
  title: 'address',
  description: 'An IPv4 or IPv6 address.',
});
const LISTEN_EXPECTED = 'expected ADDRESS:PORT such as 127.0.0.1:9127';
export const listenSchema = textUpTo(LISTEN_EXPECTED, parseListenAddress, {
  title: 'ADDRESS:PORT',
  description: 'An IPv6 address stands in brackets.',
});
export const port = wholeNumber(1, 65_535, 'a port');

const TEXT_MAX_CHARS = 4_096;

/** Any text that is not empty: a path, an argument. `title` names the type. */
export function text(what: string, title: string): z.ZodString {
  const expected = `expected ${what}`;
  const check = (value: string): Parsed<string> => {
    if (value === '') return bad(expected);
    if (value.length > TEXT_MAX_CHARS)
      return bad(`${what} has at most ${TEXT_MAX_CHARS} characters`);
    return { ok: true, value };
  };
  return textUpTo(expected, check, { title });
}

function parseListenAddress(value: string): Parsed<unknown> {
  const parsed = parseListen(value);
  return parsed.ok || parsed.message !== endpointExpected ? parsed : bad(LISTEN_EXPECTED);
}

/** A path, as the daemon's working directory (`/` under ExaBGP) sees it. */
export const path = text('a path such as /var/lib/routevane', 'path');

/** Only the plugin itself knows what they should be. */
export const pluginOptions = z.unknown().meta({ title: 'whatever the plugin takes' });
