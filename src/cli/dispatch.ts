import { parseWords } from './arguments.ts';
import {
  exitCode,
  helpText,
  overview,
  unknownCommand,
  UsageError,
  type Command,
} from './command.ts';

/** Parses the words of a command line, finds its command and runs it. */
export async function dispatch(
  words: readonly string[],
  commands: readonly Command[],
  version: string,
): Promise<number> {
  // The reader of our stdout may close it early (`| head`): no reason for a stack trace.
  process.stdout.on('error', () => {});
  try {
    const [name, ...rest] = words;
    if (name === '--version' || name === '-V')
      return printAlone(name, `routevane ${version}`, rest);
    if (name === '--help' || name === '-h') return printAlone(name, overview(commands), rest);
    const command = commands.find((each) => each.name === name);
    if (command === undefined) throw new UsageError(unknownCommand(name, commands));
    const { values, positionals } = parseWords(command, rest);
    if (values['help'] === true) return print(helpText(command));
    return await command.run(values, positionals);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`routevane: ${oneLine(error.message)}\n`);
    return exitCode.usage;
  }
}

function printAlone(name: string, text: string, rest: readonly string[]): number {
  if (rest.length === 0) return print(text);
  throw new UsageError(`${name} stands alone: see routevane help COMMAND`);
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return exitCode.ok;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*[\r\n]+\s*/gu, ' ');
}
