import { exitCode, required, type Command } from './command.ts';
import { loadConfig, placeInFile, problemLines } from './config-file.ts';
import { firstVerdictLines } from './first-verdicts.ts';
import { pluginFindings } from './plugin/findings.ts';

/** `routevane check`: every problem on stderr, or one line on stdout that says what the file holds. */
export const check: Command = {
  name: 'check',
  usage: '-c FILE',
  does: 'validates a configuration and prints every problem of it at once',
  example: 'routevane check -c /etc/routevane/routevane.yaml',
  options: { config: { type: 'string', short: 'c' } },
  async run(options) {
    const file = required(options, 'config', 'routevane check -c FILE');
    const result = loadConfig(file);
    // Only the plugins themselves know their options: they are loaded, and not run.
    const problems = result.ok
      ? placeInFile(file, await pluginFindings(result.config))
      : result.problems;
    if (!result.ok || problems.length > 0) {
      process.stderr.write(problemLines(problems));
      return exitCode.badConfig;
    }
    process.stderr.write(problemLines([...result.warnings, ...result.later]));
    for (const line of firstVerdictLines(result.config)) process.stderr.write(`${file}: ${line}\n`);
    const { signals, services, realServers, routes } = result.summary;
    process.stdout.write(
      `${file}: ok: ${count(signals, 'signal')}, ${count(services, 'service')}, ` +
        `${count(realServers, 'real server')}, ${count(routes, 'route')}\n`,
    );
    return exitCode.ok;
  },
};

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}
