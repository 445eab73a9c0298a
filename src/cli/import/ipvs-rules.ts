import { type Address, parseAddress } from '../../config/parse/address.ts';
import { parseEndpoint } from '../../config/parse/endpoint.ts';
import type { InputProblem } from './draft.ts';

/** Lines of an `ipvsadm -Sn` that are read; the kernel's own table may have more, nobody's file has. */
const LINES_MAX = 1_000_000;
const PROBLEMS_MAX = 100;
/** The kernel's. */
const WEIGHT_MAX = 2 ** 31 - 1;

type At = Pick<InputProblem, 'line' | 'column'>;

export type RuleVirtual =
  | {
      readonly kind: 'address';
      readonly address: Address;
      readonly port: number;
      readonly protocol: 'tcp' | 'udp' | 'sctp';
    }
  | { readonly kind: 'fwmark'; readonly mark: number };

/** One line of ipvsadm's saved rules, as far as a configuration needs it. */
export type IpvsadmRule =
  | {
      readonly kind: 'service';
      readonly at: At;
      readonly name: string;
      readonly virtual: RuleVirtual;
    }
  | {
      readonly kind: 'server';
      readonly at: At;
      /** Of its service, as ipvsadm writes it. */
      readonly name: string;
      readonly address: Address;
      readonly port: number;
      readonly weight: number;
    };

interface Word {
  readonly text: string;
  readonly column: number;
}

class Bad extends Error {
  readonly column: number;

  constructor({ column }: Word, message: string) {
    super(message);
    this.column = column;
  }
}

const protocols = { '-t': 'tcp', '-u': 'udp', '--sctp-service': 'sctp' } as const;
/** Options without a value that the lines of a service or of a real server may have. */
const flags = new Set([
  '-6',
  '-g',
  '-i',
  '-m',
  '--ops',
  '-o',
  '--tun-nocsum',
  '--tun-csum',
  '--tun-remcsum',
]);
/** Options with a value that a configuration has no use for: they stay in the table as they are. */
const values = new Set([
  '-s',
  '-p',
  '-M',
  '-b',
  '-x',
  '-y',
  '--pe',
  '--tun-type',
  '--tun-port',
  '--sched-flags',
]);

/** Every line, or every problem. Blank lines and comments are passed over. */
export function parseRules(text: string): { rules: IpvsadmRule[]; problems: InputProblem[] } {
  const rules: IpvsadmRule[] = [];
  const problems: InputProblem[] = [];
  const lines = text.split('\n', LINES_MAX);
  for (const [index, line] of lines.entries()) {
    const words = wordsOf(line);
    const [first] = words;
    if (first === undefined || first.text.startsWith('#')) continue;
    if (problems.length >= PROBLEMS_MAX) break;
    try {
      rules.push(ruleOf(words, index + 1));
    } catch (error) {
      if (!(error instanceof Bad)) throw error;
      problems.push({ line: index + 1, column: error.column, message: error.message });
    }
  }
  return { rules, problems };
}

function wordsOf(line: string): Word[] {
  return [...line.matchAll(/\S+/gu)].map((match) => ({ text: match[0], column: match.index + 1 }));
}

function ruleOf(words: readonly Word[], line: number): IpvsadmRule {
  const [command, kind, target, ...rest] = words;
  if (command === undefined || (command.text !== '-A' && command.text !== '-a')) {
    throw new Bad(
      command ?? noWord,
      'expected a line that begins with -A or -a, as ipvsadm -Sn prints',
    );
  }
  if (kind === undefined || target === undefined) {
    throw new Bad(kind ?? command, 'expected a service, such as -t 192.0.2.10:443 or -f 7');
  }
  const virtual = virtualOf(kind, target);
  const name = `${kind.text} ${target.text}${virtual.kind === 'fwmark' && rest.some(({ text }) => text === '-6') ? ' -6' : ''}`;
  const at = { line, column: command.column };
  const { address, weight } = optionsOf(rest);
  if (command.text === '-A') {
    if (address !== null)
      throw new Bad(address, 'a service has no real server of its own: expected -a');
    return { kind: 'service', at, name, virtual };
  }
  if (address === null)
    throw new Bad(target, 'the real server is missing: expected -r ADDRESS:PORT');
  return { kind: 'server', at, name, ...endpointOf(address), weight };
}

const noWord: Word = { text: '', column: 1 };

function virtualOf(kind: Word, target: Word): RuleVirtual {
  if (kind.text === '-f') {
    const mark = Number(target.text);
    if (!/^[1-9]\d{0,9}$/u.test(target.text) || mark >= 2 ** 32) {
      throw new Bad(target, 'expected a firewall mark, a number from 1 on');
    }
    return { kind: 'fwmark', mark };
  }
  const protocol =
    kind.text === '-t' || kind.text === '-u' || kind.text === '--sctp-service'
      ? protocols[kind.text]
      : null;
  if (protocol === null) throw new Bad(kind, 'expected -t, -u, --sctp-service or -f');
  return { kind: 'address', protocol, ...endpointOf(target) };
}

function optionsOf(words: readonly Word[]): {
  readonly address: Word | null;
  readonly weight: number;
} {
  let address: Word | null = null;
  let weight = 1;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? noWord;
    if (flags.has(word.text)) continue;
    const value = words[at + 1];
    if (word.text !== '-r' && word.text !== '-w' && !values.has(word.text)) {
      throw new Bad(word, `unknown option ${JSON.stringify(word.text.slice(0, 40))}`);
    }
    if (value === undefined) throw new Bad(word, `${word.text} has no value`);
    if (word.text === '-r') address = value;
    if (word.text === '-w') weight = weightOf(value);
    at += 1;
  }
  return { address, weight };
}

function weightOf(word: Word): number {
  const weight = Number(word.text);
  if (!/^\d{1,10}$/u.test(word.text) || weight > WEIGHT_MAX) {
    throw new Bad(word, `expected a weight from 0 to ${WEIGHT_MAX}`);
  }
  return weight;
}

/** `10.0.0.1:443`, `[2001:db8::1]:443`; port 0 is written, too. */
function endpointOf(word: Word): { readonly address: Address; readonly port: number } {
  const zero = /^(.*):0$/u.exec(word.text)?.[1];
  const parsed = parseEndpoint(zero ?? word.text);
  if (parsed.ok) return { address: parsed.value.address, port: parsed.value.port ?? 0 };
  const bare = parseAddress(zero ?? word.text);
  if (bare.ok) return { address: bare.value, port: 0 };
  const isName = /[g-z]/iu.test(word.text);
  throw new Bad(
    word,
    isName ? 'expected numbers, not names: save it by ipvsadm -Sn' : parsed.message,
  );
}
