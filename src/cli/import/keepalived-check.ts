import type { DraftKeys, Note } from './draft.ts';
import { httpOf } from './keepalived-http.ts';
import { placeOf, type CheckPlace } from './keepalived-place.ts';
import { keepalivedTiming } from './keepalived-timing.ts';
import {
  find,
  statementName,
  noteAtStatement,
  takeAll,
  statementText,
  statementValue,
  type KeepalivedStatement,
} from './keepalived-tree.ts';
import { udpOf } from './keepalived-udp.ts';
import { commandIn, wordsOf } from './keepalived-words.ts';

export type Protocol = 'tcp' | 'udp' | 'sctp';

/** How one real server is probed. */
export interface KeepalivedCheck {
  readonly keys: DraftKeys;
  readonly notes: readonly Note[];
  /** The port that is probed, where one is named: `connect_port`. */
  readonly port: number | null;
  /** Whether it needs a port: a command of its own needs none. */
  readonly needsPort: boolean;
}

/** What one checker says of its own. */
export interface Own {
  readonly keys: DraftKeys;
  readonly notes: readonly Note[];
}

/** The blocks around a checker, and what else it depends on. */
export interface Around {
  readonly server: readonly KeepalivedStatement[];
  readonly service: readonly KeepalivedStatement[];
  /** The address of the real server, as it is written. */
  readonly address: string;
  /** Who runs scripts that name nobody: `script_user`. */
  readonly user: string | null;
}

/** Text: why it cannot be carried over. */
type Checker = (statement: KeepalivedStatement, around: Around) => Own | string;

/** The checkers of one real server, each with its part of the configuration. */
const checkers: ReadonlyMap<string, Checker> = new Map<string, Checker>([
  ['TCP_CHECK', () => plain([['type', 'tcp']])],
  ['HTTP_GET', (statement, around) => httpOf('http', statement, around)],
  ['SSL_GET', (statement, around) => httpOf('https', statement, around)],
  [
    'SMTP_CHECK',
    () =>
      plain([
        ['type', 'tcp'],
        ['expect', '220'],
      ]),
  ],
  ['DNS_CHECK', ({ block }) => dnsOf(block)],
  ['UDP_CHECK', ({ block }) => udpOf(block)],
  [
    'PING_CHECK',
    () =>
      plain([
        ['type', 'exec'],
        ['command', [...exitOneIsDown, 'ping', '-c', '1', '{address}']],
      ]),
  ],
  ['MISC_CHECK', miscOf],
]);

const otherCheckers = new Set(['FILE_CHECK', 'BFD_CHECK']);

/** keepalived takes exit code 1 for a failure, and a Nagios plugin means "up, with a warning" by it. */
const exitOneIsDown = ['/bin/sh', '-c', '"$@" || exit 2', 'sh'];
/** With misc_dynamic only 1 is a failure: from 2 on the code is a weight. */
const onlyOneIsDown = ['/bin/sh', '-c', '"$@"; [ $? -ne 1 ] || exit 2', 'sh'];

/** Types of records that both know; keepalived's default is SOA. */
const records = new Set(['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT']);

/** What of a real server's block says how it is checked. */
export function keepalivedCheck(name: string, around: Around, protocol: Protocol): KeepalivedCheck {
  const { server, service } = around;
  const lost: Note[] = [];
  for (const known of server.filter((each) => checkers.has(statementName(each)))) {
    const type = statementName(known);
    const own = checkers.get(type)?.(known, around) ?? '';
    if (typeof own === 'string') {
      lost.push(noteAtStatement(known, `${statementText(known)}: left out, ${own}`));
      takeAll(known);
      continue;
    }
    known.taken = Math.max(known.taken, 1);
    const needsPort = type !== 'MISC_CHECK' && type !== 'PING_CHECK';
    const place = needsPort ? placeOf(known, around.address) : nowhere;
    const timing = keepalivedTiming(type, [known.block, server, service]);
    return {
      keys: [...own.keys, ...place.keys, ...timing.keys],
      notes: [...lost, ...own.notes, ...place.notes, ...timing.notes],
      port: place.port,
      needsPort,
    };
  }
  const type = protocol === 'udp' ? 'UDP_CHECK' : 'TCP_CHECK';
  const timing = keepalivedTiming(type, [[], server, service]);
  const keys = protocol === 'udp' ? udpOf([]).keys : ([['type', 'tcp']] as const);
  const note = `${name} has no check that could be carried over: a plain one stands in for it`;
  return {
    keys: [...keys, ...timing.keys],
    notes: [...lost, note, ...timing.notes],
    port: null,
    needsPort: true,
  };
}

/** Whether keepalived checks this real server at all, by whatever checker. */
export function isChecker(statement: KeepalivedStatement): boolean {
  return checkers.has(statementName(statement)) || otherCheckers.has(statementName(statement));
}

const nowhere: CheckPlace = { keys: [], notes: [], port: null };

function plain(keys: DraftKeys): Own {
  return { keys, notes: [] };
}

function dnsOf(block: readonly KeepalivedStatement[]): Own {
  const type = block.findLast((each) => statementName(each) === 'type')?.words[1]?.text ?? '';
  if (records.has(type)) find(block, 'type', 2);
  const said = block.findLast((each) => statementName(each) === 'name')?.words[1]?.text ?? '';
  const isName = /^[\x21-\x7e]{1,253}$/u.test(said);
  if (isName) find(block, 'name', 2);
  return plain([
    ['type', 'dns'],
    ['name', isName ? said : '.'],
    ['record', records.has(type) ? type : 'SOA'],
    // keepalived looks at the code of the answer only.
    ['answer', 'any'],
  ]);
}

/** What a configuration refuses in a word. */
const UNSAFE = /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069\ufeff]/u;
const WORD_MAX_CHARS = 4_096;

/** A script of its own, run by whom keepalived runs it, as far as that is said. */
function miscOf({ block }: KeepalivedStatement, { user: scriptUser }: Around): Own | string {
  const path = block.findLast((each) => statementName(each) === 'misc_path');
  const command = commandIn(path?.raw ?? '', false);
  if (path === undefined || command.length === 0) return 'no misc_path of it can be read';
  const isRunnable = command.every((word) => word !== '' && word.length <= WORD_MAX_CHARS);
  if (!isRunnable || command.some((word) => UNSAFE.test(word))) {
    return 'its misc_path has an empty word, or one that cannot be said here';
  }
  // Blanks outside of quotes end a script: keepalived passes over what follows them.
  const isOne = (wordsOf(path.raw, false) ?? []).length === 2;
  find(block, 'misc_path', isOne ? path.words.length : 2);
  const dynamic = block.findLast((each) => statementName(each) === 'misc_dynamic');
  const said = block.findLast((each) => statementName(each) === 'user')?.words[1]?.text ?? '';
  const user = isUser(said) ? (statementValue(block, 'user') ?? null) : scriptUser;
  const notes: Note[] = [];
  if (user === null) notes.push(noteAtStatement(path, BY_WHOM));
  if (JSON.stringify(command) !== JSON.stringify(commandIn(path.raw, true))) {
    notes.push(
      noteAtStatement(path, `${path.raw}: read as keepalived before 2.3.2 does: see the command`),
    );
  }
  return {
    keys: [
      ['type', 'exec'],
      ['command', [...(dynamic === undefined ? exitOneIsDown : onlyOneIsDown), ...command]],
      ...(user === null ? [] : [['user', user] as const]),
    ],
    notes,
  };
}

/** What can be the name of a user. */
export function isUser(text: string): boolean {
  return /^[\w.][\w.@-]{0,63}\$?$/u.test(text);
}

const BY_WHOM =
  'misc_path: keepalived runs it as keepalived_script where that user exists: "user:" of the check';
