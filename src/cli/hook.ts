import { writeLinkState } from '../sources/link/hook-file.ts';
import { isInterfaceName } from '../sources/link/interface-name.ts';
import { exitCode, UsageError, type Command } from './command.ts';

/** Where ifplugd-action.sh writes too; `sources.ifplugd.dir` names it to the daemon. */
const DEFAULT_DIR = '/run/routevane/link';

/** `routevane hook link IFACE up|down`: the state file, for scripts that have Node at hand. */
export const hook: Command = {
  name: 'hook',
  usage: 'link IFACE up|down [--dir DIR]',
  does: 'writes the state file of an interface, as systemd/ifplugd-action.sh does without Node',
  example: 'routevane hook link eth0 down',
  options: { dir: { type: 'string' } },
  words: 3,
  run({ dir }, [kind = '', name = '', state = '']) {
    if (kind !== 'link') throw new UsageError(`hook: expected link, found ${JSON.stringify(kind)}`);
    if (state !== 'up' && state !== 'down') {
      throw new UsageError(`hook: expected up or down, found ${JSON.stringify(state)}`);
    }
    if (!isInterfaceName(name)) {
      throw new UsageError(
        `hook: expected the name of an interface, found ${JSON.stringify(name)}`,
      );
    }
    const folder =
      typeof dir === 'string' ? dir : (process.env['ROUTEVANE_LINK_DIR'] ?? DEFAULT_DIR);
    const problem = writeLinkState(folder, name, state);
    if (problem === null) return Promise.resolve(exitCode.ok);
    process.stderr.write(`routevane: hook: ${problem}\n`);
    return Promise.resolve(exitCode.failure);
  },
};
