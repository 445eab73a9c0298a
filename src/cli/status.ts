import { ask, failed, socketOption, socketPath } from './admin-client.ts';
import { exitCode, type Command } from './command.ts';
import { isRecord } from './loose-json.ts';
import { painter } from './printable.ts';
import { statusLines } from './status-table.ts';

/** `routevane status`: signals, services, routes and sinks, as they are now. */
export const status: Command = {
  name: 'status',
  usage: '[--json] [--socket PATH]',
  does: 'what is announced, what serves, and what is known of it',
  example: 'routevane status',
  options: { ...socketOption, json: { type: 'boolean' } },
  async run(options) {
    const answer = await ask(socketPath(options), '/api/v1/status');
    if (!answer.ok) return failed(answer.message);
    if (options['json'] === true) {
      process.stdout.write(`${answer.text.trimEnd()}\n`);
      return exitCode.ok;
    }
    if (!isRecord(answer.value)) return failed('the answer of the daemon is not a status');
    const lines = statusLines(answer.value, painter(process.stdout), Date.now());
    process.stdout.write(`${lines.join('\n')}\n`);
    return exitCode.ok;
  },
};
