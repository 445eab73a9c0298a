import { ask, failed, failedFor, socketOption, socketPath } from './admin-client.ts';
import { exitCode, type Command } from './command.ts';
import { explainLines } from './explain-text.ts';
import { isRecord, recordOf } from './loose-json.ts';
import { painter } from './printable.ts';

/** `routevane explain NAME`: why it is as it is, down to the observations. */
export const explain: Command = {
  name: 'explain',
  usage: 'NAME [--json] [--socket PATH]',
  does: 'why a route, service, real server, signal or the node is as it is, since when, and what it follows from',
  example: 'routevane explain 192.0.2.10/32',
  options: { ...socketOption, json: { type: 'boolean' } },
  words: 1,
  async run(options, [name = '']) {
    const path = `/api/v1/explain/${encodeURIComponent(name)}`;
    const answer = await ask(socketPath(options), path);
    if (!answer.ok) return failedFor(name, answer.message);
    if (options['json'] === true) {
      process.stdout.write(`${answer.text.trimEnd()}\n`);
      return exitCode.ok;
    }
    const chain = isRecord(answer.value) ? recordOf(answer.value, 'chain') : null;
    if (chain === null) return failed('the answer of the daemon is not an explanation');
    const lines = explainLines(chain, painter(process.stdout), Date.now());
    process.stdout.write(`${lines.join('\n')}\n`);
    return exitCode.ok;
  },
};
