import { configJsonSchema } from '../config/json-schema.ts';
import { apiJsonSchema } from '../protocol/api-schema.ts';
import { exitCode, type Command } from './command.ts';

/** `routevane schema`: for editors, and for programs that write configurations or read the API. */
export const schema: Command = {
  name: 'schema',
  usage: '[--api]',
  does: 'prints the JSON Schema of the configuration, or of the answers and events of the admin API',
  example: 'routevane schema > routevane.schema.json',
  options: { api: { type: 'boolean' } },
  run({ api }) {
    const printed = api === true ? apiJsonSchema() : configJsonSchema();
    process.stdout.write(`${JSON.stringify(printed, null, 2)}\n`);
    return Promise.resolve(exitCode.ok);
  },
};
