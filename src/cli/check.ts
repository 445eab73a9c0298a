import { exitCode, required, type Command } from './command.ts';
import { loadConfig, problemLines } from './config-file.ts';

/** `routevane check`: every problem on stderr, or one line on stdout that says what the file holds. */
export const check: Command = {
  name: 'check',
  usage: '-c FILE',
  does: 'validates a configuration and prints every problem of it at once',
  example: 'routevane check -c /etc/routevane/routevane.yaml',
  options: { config: { type: 'string', short: 'c' } },
  run(options) {
    const file = required(options, 'config', 'routevane check -c FILE');
    const result = loadConfig(file);
    if (!result.ok) {
      process.stderr.write(problemLines(result.problems));
      return Promise.resolve(exitCode.badConfig);
    }
    process.stderr.write(problemLines([...result.warnings, ...result.later]));
    const { signals, services, realServers, routes } = result.summary;
    process.stdout.write(
      `${file}: ok: ${count(signals, 'signal')}, ${count(services, 'service')}, ` +
        `${count(realServers, 'real server')}, ${count(routes, 'route')}\n`,
    );
    return Promise.resolve(exitCode.ok);
  },
};

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}
