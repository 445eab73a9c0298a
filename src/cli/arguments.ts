import { parseArgs } from 'node:util';
import { didYouMean } from '../config/suggest.ts';
import { UsageError, type Command, type Options } from './command.ts';

type Known = Command['options'];

interface Parsed {
  readonly values: Options;
  readonly positionals: readonly string[];
}

/** The options and words of a command line, or a `UsageError` that names what is wrong with it. */
export function parseWords(command: Command, words: readonly string[]): Parsed {
  const options: Known = { ...command.options, help: { type: 'boolean', short: 'h' } };
  const wrong = (problem: string): UsageError =>
    new UsageError(`${command.name}: ${problem}; usage: ${usageOf(command)}`);
  // Not strict: Node's own messages advise what no command here takes.
  const { values, positionals, tokens } = parseArgs({
    args: [...words],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const problem = problemOf(token, options, seen);
    if (problem !== null) throw wrong(problem);
    seen.add(token.name);
  }
  if (values['help'] === true) return { values, positionals };
  const problem = problemOfWords(command, positionals);
  if (problem !== null) throw wrong(problem);
  return { values, positionals };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly hasInlineValue?: boolean | undefined;
}

function problemOf(
  { name, rawName, value, hasInlineValue }: OptionToken,
  options: Known,
  seen: ReadonlySet<string>,
): string | null {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined) {
    const known = Object.keys(options).map((each) => `--${each}`);
    return `unknown option ${JSON.stringify(rawName)}${didYouMean(rawName, known)}`;
  }
  if (seen.has(name) && option.multiple !== true) return `--${name} is given twice`;
  if (option.type === 'boolean') return value === undefined ? null : `--${name} takes no value`;
  if (value === undefined || value === '') return `--${name} needs a value`;
  const isLikeOption = hasInlineValue !== true && /^-./u.test(value);
  return isLikeOption ? `--${name} needs a value, or write --${name}=${value}` : null;
}

function problemOfWords(command: Command, positionals: readonly string[]): string | null {
  const { words = 0 } = command;
  const [min, max] = typeof words === 'number' ? [words, words] : words;
  if (positionals.includes('')) return 'an argument is empty';
  if (positionals.length < min) {
    return positionals.length === 0 ? 'an argument is missing' : 'another argument is missing';
  }
  const extra = positionals[max];
  return extra === undefined ? null : `unexpected argument ${JSON.stringify(extra)}`;
}

function usageOf({ name, usage }: Command): string {
  return `routevane ${name} ${usage}`.trimEnd();
}
