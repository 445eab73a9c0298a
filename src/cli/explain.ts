import { explanation } from '../protocol/api.ts';
import { fitted } from '../protocol/api-read.ts';
import { ask, failed, failedFor, socketOption, socketPath } from './admin-client.ts';
import { exitCode, type Command } from './command.ts';
import { explainLines } from './explain-text.ts';
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
    const explained = fitted(explanation, answer.value);
    if (!explained.ok) return failed(explained.message);
    const lines = explainLines(explained.value.chain, painter(process.stdout), Date.now());
    process.stdout.write(`${lines.join('\n')}\n`);
    return exitCode.ok;
  },
};
