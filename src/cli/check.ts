import type { Problem } from '../config/problems.ts';
import { descriptorNeed, limitFor, neededDescriptors } from '../model/descriptors.ts';
import { descriptorLimit } from '../platform/descriptors.ts';
import { exitCode, required, UsageError, type Command, type Options } from './command.ts';
import { loadConfig, placeInFile, problemLines } from './config-file.ts';
import { firstVerdictLines } from './first-verdicts.ts';
import { pluginFindings } from './plugin/findings.ts';
import { writableFindings } from './writable.ts';

/** `routevane check`: every problem on stderr, or one line on stdout that says what the file holds. */
export const check: Command = {
  name: 'check',
  usage: 'FILE',
  does: 'validates a configuration and prints every problem of it at once',
  example: 'routevane check /etc/routevane/routevane.yaml',
  options: { config: { type: 'string', short: 'c' } },
  words: [0, 1],
  async run(options, [word]) {
    const file = fileOf(options, word);
    const result = loadConfig(file);
    // Only the plugins themselves know their options: they are loaded, and not run.
    const problems = result.ok
      ? placeInFile(file, await pluginFindings(result.config))
      : result.problems;
    if (!result.ok || problems.length > 0) {
      process.stderr.write(problemLines(problems));
      return exitCode.badConfig;
    }
    const needed = neededDescriptors(descriptorNeed(result.config));
    const short = shortage(file, needed, descriptorLimit());
    const unwritable = placeInFile(file, writableFindings(result.config));
    process.stderr.write(
      problemLines([...result.warnings, ...short, ...result.later, ...unwritable]),
    );
    for (const line of firstVerdictLines(result.config)) process.stderr.write(`${file}: ${line}\n`);
    const { signals, services, realServers, routes } = result.summary;
    process.stdout.write(
      `${file}: ok: up to ${needed} file descriptors, ${count(signals, 'signal')}, ` +
        `${count(services, 'service')}, ${count(realServers, 'real server')}, ` +
        `${count(routes, 'route')}\n`,
    );
    return exitCode.ok;
  },
};

/** The unit runs this check under its own limit, too. */
function shortage(file: string, needed: number, limit: number): Problem[] {
  if (needed <= limit) return [];
  const enough = limitFor(needed);
  const message =
    `up to ${needed} file descriptors are needed and the limit here is ${limit}: ` +
    `set LimitNOFILE=${enough} in the unit, or ulimit -n ${enough}`;
  return [{ file, line: 1, column: 1, path: '(file)', message }];
}

/** `check FILE`, or `check -c FILE` as with `run`. */
function fileOf(options: Options, word: string | undefined): string {
  if (word === undefined) return required(options, 'config', 'routevane check FILE');
  if (options['config'] === undefined) return word;
  throw new UsageError('check: FILE is given twice: write routevane check FILE');
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}
