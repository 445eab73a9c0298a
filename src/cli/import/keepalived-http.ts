import { parseRegex } from '../../config/parse/regex.ts';
import type { DraftKeys, Note } from './draft.ts';
import type { Around, Own } from './keepalived-check.ts';
import {
  all,
  find,
  statementName,
  noteAtStatement,
  statementValue,
  type KeepalivedStatement,
} from './keepalived-tree.ts';
import { wordsOf } from './keepalived-words.ts';

/** keepalived.conf(5): what is not said. */
const STATUS_DEFAULT: readonly [number, number] = [200, 299];
const STATUS_MIN = 100;
const STATUS_MAX = 599;

/** The first `url` of an HTTP_GET or SSL_GET; without one keepalived refuses it, too. */
export function httpOf(
  type: 'http' | 'https',
  statement: KeepalivedStatement,
  around: Around,
): Own | string {
  const { block } = statement;
  const [url] = all(block, 'url');
  if (url === undefined) return 'it has no url';
  url.taken = Math.max(url.taken, 1);
  const notes: Note[] = [];
  const host = hostOf([url.block, block, around.server, around.service]);
  readNames(block, host);
  const keys: DraftKeys = [
    ['type', type],
    ['path', pathOf(url, notes)],
    ...(host === null ? [] : [['host', host] as const]),
    ['status', statusOf(url.block, notes)],
    ...bodyOf(url.block, notes),
    // As keepalived does: it looks at no certificate.
    ...(type === 'https' ? [['verify', false] as const] : []),
  ];
  return { keys, notes };
}

/** From the inside out; all are read, the outer ones are defaults. */
function hostOf(blocks: readonly (readonly KeepalivedStatement[])[]): string | null {
  const found = blocks.map((block) => {
    const text =
      block.findLast((each) => statementName(each) === 'virtualhost')?.words[1]?.text ?? '';
    const isHost = /^(?:[\w.-]{1,253}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/iu.test(text);
    return isHost ? (statementValue(block, 'virtualhost') ?? null) : null;
  });
  return found.find((host) => host !== null) ?? null;
}

/** What follows from `host` here without being said. */
function readNames(block: readonly KeepalivedStatement[], host: string | null): void {
  const protocol = block.findLast((each) => statementName(each) === 'http_protocol')?.words[1]
    ?.text;
  if (protocol === '1.1') find(block, 'http_protocol', 2);
  if (host !== null) find(block, 'enable_sni', 1);
  const sni = block.findLast((each) => statementName(each) === 'sni_name')?.words[1]?.text;
  if (host !== null && sni === host.replace(/:\d+$/u, '')) find(block, 'sni_name', 2);
}

function pathOf(url: KeepalivedStatement, notes: Note[]): string {
  const path = statementValue(url.block, 'path') ?? '/';
  const sent = `${path.startsWith('/') ? '' : '/'}${path}`.replaceAll(/[^\x21-\x7e]/gu, (each) =>
    Array.from(Buffer.from(each), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  );
  const cut = sent.slice(0, 2_000);
  if (cut !== path) notes.push(noteAtStatement(url, `path ${path}: ${cut} is asked for`));
  return cut;
}

/** Several codes and ranges become the one range that has them all. */
function statusOf(block: readonly KeepalivedStatement[], notes: Note[]): string {
  const ranges: (readonly [number, number])[] = [];
  const lines = all(block, 'status_code');
  for (const line of lines) {
    const found = line.words.slice(1).map(({ text }) => rangeOf(text));
    if (found.length === 0 || found.includes(null)) continue;
    ranges.push(...found.flatMap((range) => (range === null ? [] : [range])));
    line.taken = line.words.length;
  }
  const wanted = ranges.length === 0 ? [STATUS_DEFAULT] : ranges;
  const from = Math.min(...wanted.map(([first]) => first));
  const to = Math.max(...wanted.map(([, last]) => last));
  const range = from === to ? `${from}` : `${from}-${to}`;
  const [first] = lines;
  if (first !== undefined && !isWhole(wanted, from, to)) {
    const said = wanted.map(([a, b]) => (a === b ? a : `${a}-${b}`)).join(' ');
    notes.push(
      noteAtStatement(
        first,
        `status_code ${said}: a check has one range, ${range}, and takes all within it`,
      ),
    );
  }
  return range;
}

function rangeOf(text: string): readonly [number, number] | null {
  const [, from, to = from] = /^(\d{3})(?:-(\d{3}))?$/u.exec(text) ?? [];
  const range = [Number(from), Number(to)] as const;
  const isRange = range[0] >= STATUS_MIN && range[1] <= STATUS_MAX && range[0] <= range[1];
  return from !== undefined && isRange ? range : null;
}

/** Whether the ranges have every code of the one that spans them. */
function isWhole(
  ranges: readonly (readonly [number, number])[],
  from: number,
  to: number,
): boolean {
  for (let code = from; code <= to; code += 1) {
    if (!ranges.some(([first, last]) => code >= first && code <= last)) return false;
  }
  return true;
}

const flagOf: ReadonlyMap<string, string> = new Map([
  ['caseless', 'i'],
  ['multiline', 'm'],
  ['dotall', 's'],
]);
/** They change nothing of what RE2 finds in text. */
const harmless = new Set([
  'utf',
  'no_auto_capture',
  'no_auto_possess',
  'no_start_optimize',
  'no_dotstar_anchor',
  'never_ucp',
]);

/** `regex` and its options, where RE2 can do it; one that must not match stays out. */
function bodyOf(block: readonly KeepalivedStatement[], notes: Note[]): DraftKeys {
  const regex = block.findLast((each) => statementName(each) === 'regex');
  if (regex === undefined || all(block, 'regex_no_match').length > 0) return [];
  const [, source = '', ...more] = wordsOf(regex.raw, true) ?? [];
  const options = all(block, 'regex_options').flatMap(({ words }) => words.slice(1));
  const isKnown = options.every(({ text }) => flagOf.has(text) || harmless.has(text));
  const flags = new Set(options.flatMap(({ text }) => flagOf.get(text) ?? []));
  const pattern = `/${source}/${[...flags].join('')}`;
  const parsed = parseRegex(pattern);
  const isPlain = !/[^\P{C} ]/u.test(source);
  if (!parsed.ok || more.length > 0 || !isKnown || !isPlain) {
    const why = parsed.ok ? 'it or its regex_options are not understood' : parsed.message;
    notes.push(noteAtStatement(regex, `${regex.raw}: left out, ${why}`));
    find(block, 'regex', regex.words.length);
    return [];
  }
  find(block, 'regex', regex.words.length);
  for (const line of all(block, 'regex_options')) line.taken = line.words.length;
  return [['body', pattern]];
}
