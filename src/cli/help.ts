import {
  exitCode,
  helpText,
  overview,
  UsageError,
  unknownCommand,
  type Command,
} from './command.ts';

/** `routevane help [COMMAND]`: what `--help` prints. */
export function help(commands: () => readonly Command[]): Command {
  return {
    name: 'help',
    usage: '[COMMAND]',
    does: 'prints all commands, or one with an example',
    example: 'routevane help drain',
    options: {},
    words: [0, 1],
    run(_options, [name]) {
      const command = commands().find((each) => each.name === name);
      if (name !== undefined && command === undefined) {
        throw new UsageError(unknownCommand(name, commands()));
      }
      const text = command === undefined ? overview(commands()) : helpText(command);
      process.stdout.write(`${text}\n`);
      return Promise.resolve(exitCode.ok);
    },
  };
}
