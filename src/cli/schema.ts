import { configJsonSchema } from '../config/json-schema.ts';
import { exitCode, type Command } from './command.ts';

/** `routevane schema`: for editors and for programs that generate configurations. */
export const schema: Command = {
  name: 'schema',
  usage: '',
  does: 'prints the JSON Schema of the configuration',
  example: 'routevane schema > routevane.schema.json',
  options: {},
  run() {
    process.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
    return Promise.resolve(exitCode.ok);
  },
};
