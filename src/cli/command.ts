import type { ParseArgsConfig } from 'node:util';
import { didYouMean } from '../config/suggest.ts';

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
  /** How many positional arguments it takes, or the least and the most; default: none. */
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

export function unknownCommand(name: string | undefined, commands: readonly Command[]): string {
  const names = commands.map((each) => each.name);
  const known = names.join(', ');
  if (name === undefined) return `a command is missing: one of ${known}; see routevane --help`;
  const near = didYouMean(name, names);
  const hint = near === '' ? `: one of ${known};` : near;
  return `unknown command ${JSON.stringify(name)}${hint} see routevane --help`;
}

/** What `routevane --help` prints. */
export function overview(commands: readonly Command[]): string {
  const list = commands.flatMap((each) => [
    `routevane ${each.name} ${each.usage}`.trimEnd(),
    `    ${each.does}`,
  ]);
  return [...list, 'routevane COMMAND --help shows an example of each.'].join('\n');
}

/** What `routevane COMMAND --help` prints. */
export function helpText(command: Command): string {
  return [
    `routevane ${command.name} ${command.usage}`.trimEnd(),
    `  ${command.does}`,
    `  example: ${command.example}`,
  ].join('\n');
}
