import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Step, World } from './check.ts';
import type { Lab } from './lab.ts';
import { program } from './parts.ts';
import { step } from './steps.ts';

const hookScript = fileURLToPath(new URL('../../systemd/ifplugd-action.sh', import.meta.url));
let made = 0;

/** An interface of the first node that is up while its far end, in the same namespace, is. */
export interface Cable {
  readonly name: string;
  /** Makes both ends, plugged; for a row's `prepare`. */
  lay(lab: Lab): void;
  pull(lab: Lab): void;
  plug(lab: Lab): void;
  /** Removes both ends. */
  cut(lab: Lab): void;
}

/** A cable under a name of its own: ifplugd's pid file stands outside of the namespace. */
export function cable(): Cable {
  made += 1;
  const name = `c${process.pid}-${made}`;
  const far = `${name}f`;
  return {
    name,
    lay: (lab) =>
      ip(
        lab,
        `link add ${name} type veth peer name ${far}`,
        `link set ${name} up`,
        `link set ${far} up`,
      ),
    pull: (lab) => ip(lab, `link set ${far} down`),
    plug: (lab) => ip(lab, `link set ${far} up`),
    cut: (lab) => ip(lab, `link del ${name}`),
  };
}

export function lays(wire: Cable): Step {
  return step(`makes ${wire.name}`, async ({ lab }) => wire.lay(lab));
}

export function pulls(wire: Cable): Step {
  return step(`pulls ${wire.name}`, async ({ lab }) => wire.pull(lab));
}

export function plugs(wire: Cable): Step {
  return step(`plugs ${wire.name}`, async ({ lab }) => wire.plug(lab));
}

export function cuts(wire: Cable): Step {
  return step(`removes ${wire.name}`, async ({ lab }) => wire.cut(lab));
}

/** The folder of the hook's files: `state/link` in the row's configuration. */
export function hookFolder({ configPath }: Pick<World, 'configPath'>): string {
  return join(dirname(configPath), 'link');
}

/** Writes a state file as no hook would. */
export function writesState(wire: Cable, text: string): Step {
  return step(`writes ${JSON.stringify(text)} into the state file`, async (world) => {
    mkdirSync(hookFolder(world), { recursive: true });
    writeFileSync(join(hookFolder(world), wire.name), text);
  });
}

/** Starts a real ifplugd for the cable; it ends with the namespace. */
export function startsIfplugd(wire: Cable): Step {
  return step('starts ifplugd', async (world) => {
    const args = [
      '-n',
      '-s',
      '-b',
      '-I',
      '-i',
      wire.name,
      '-r',
      hookScript,
      '-t0',
      '-T50000',
      '-u0',
      '-d0',
    ];
    const argv = [program('ifplugd'), ...args];
    const [command = '', ...rest] = world.node.namespace.inside(argv);
    const child = spawn(command, rest, {
      env: { ...process.env, ROUTEVANE_LINK_DIR: hookFolder(world) },
      stdio: 'ignore',
    });
    await once(child, 'spawn');
  });
}

function ip(lab: Lab, ...commands: readonly string[]): void {
  lab.nodes[0].namespace.ip(commands);
}
