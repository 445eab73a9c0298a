import { UsageError, type Command } from './command.ts';
import { newPlugin } from './plugin/new.ts';
import { testPlugin } from './plugin/test.ts';

/** `routevane plugin test|new`: for authors of plugins. */
export const plugin: Command = {
  name: 'plugin',
  usage: 'test MODULE | new NAME [--options JSON] [--for 10s] [--server ADDRESS:PORT]',
  does: 'runs a plugin and prints what it observes, or writes a new one with its test',
  example: `routevane plugin test ./disk-free.ts --options '{"path":"/"}' --for 10s`,
  options: {
    options: { type: 'string' },
    for: { type: 'string' },
    server: { type: 'string' },
  },
  words: 2,
  run(options, [what = '', word = '']) {
    if (what === 'test') return testPlugin(word, options);
    if (what === 'new') return newPlugin(word, options);
    throw new UsageError(`plugin: expected test or new, found ${JSON.stringify(what)}`);
  },
};
