import { parseArgs, type ParseArgsConfig } from 'node:util';
import { didYouMean } from '../config/suggest.ts';
import { messageOf } from '../platform/error.ts';

/** Exit codes of every command (sysexits.h names 78 EX_CONFIG). */
export const exitCode = { ok: 0, failure: 1, usage: 2, badConfig: 78 } as const;

/** One command of the executable: its words for `--help`, and what it does. */
export interface Command {
  readonly name: string;
  /** After the name, as in `run -c FILE`. */
  readonly usage: string;
  readonly does: string;
  readonly example: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** How many words it takes beside its options, or from how many to how many; default: none. */
  readonly words?: number | readonly [min: number, max: number];
  /** Resolves to the exit code. */
  run(options: Options, words: readonly string[]): Promise<number>;
}

export type Options = Readonly<Record<string, unknown>>;

/** Wrong usage: one line that says what is wrong, and exit 2. */
export class UsageError extends Error {}

/** The option as text, or an error that says how to give it. */
export function required(options: Options, name: string, usage: string): string {
  const value = options[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new UsageError(`--${name} is missing: ${usage}`);
}

/** Parses the words of a command line, finds its command and runs it. */
export async function dispatch(
  words: readonly string[],
  commands: readonly Command[],
  version: string,
): Promise<number> {
  // Whoever reads us may have seen enough (`| head`): no reason for a stack trace.
  process.stdout.on('error', () => {});
  try {
    const [name, ...rest] = words;
    if (name === '--version' || name === '-V') return print(`routevane ${version}`);
    if (name === '--help' || name === '-h') return print(overview(commands));
    const command = commands.find((each) => each.name === name);
    if (command === undefined) throw new UsageError(unknownCommand(name, commands));
    const { values, positionals } = parse(command, rest);
    if (values['help'] === true) return print(help(command));
    const { words: wanted = 0 } = command;
    const [min, max] = typeof wanted === 'number' ? [wanted, wanted] : wanted;
    if (positionals.length < min || positionals.length > max || positionals.includes('')) {
      const amount = min === max ? min : `${min} to ${max}`;
      const noun = max === 1 ? 'word' : 'words';
      throw new UsageError(`${command.name} takes ${amount} ${noun}: ${command.usage}`);
    }
    return await command.run(values, positionals);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`routevane: ${oneLine(error.message)}\n`);
    return exitCode.usage;
  }
}

function parse(command: Command, words: string[]): { values: Options; positionals: string[] } {
  try {
    const options = { ...command.options, help: { type: 'boolean', short: 'h' } } as const;
    const allowPositionals = command.words !== undefined;
    return parseArgs({ args: words, options, strict: true, allowPositionals });
  } catch (error) {
    throw new UsageError(`${command.name}: ${messageOf(error)}`);
  }
}

function unknownCommand(name: string | undefined, commands: readonly Command[]): string {
  const names = commands.map((each) => each.name);
  const known = names.join(', ');
  if (name === undefined) return `a command is missing: one of ${known}; see routevane --help`;
  const near = didYouMean(name, names);
  const hint = near === '' ? `: one of ${known};` : near;
  return `unknown command ${JSON.stringify(name)}${hint} see routevane --help`;
}

function overview(commands: readonly Command[]): string {
  const list = commands.flatMap((each) => [
    `routevane ${each.name} ${each.usage}`.trimEnd(),
    `    ${each.does}`,
  ]);
  return [...list, 'routevane COMMAND --help shows an example of each.'].join('\n');
}

function help(command: Command): string {
  return [
    `routevane ${command.name} ${command.usage}`.trimEnd(),
    `  ${command.does}`,
    `  example: ${command.example}`,
  ].join('\n');
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return exitCode.ok;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*[\r\n]+\s*/gu, ' ');
}
