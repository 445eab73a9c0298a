import { ok } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { World } from './check.ts';
import { step } from './steps.ts';

export const killsChildren = step('kills the children of routevane', async (world) => {
  const children = childrenOf(world);
  ok(children.length > 0);
  for (const { pid } of children) process.kill(pid, 'SIGKILL');
});

/** One that has just ended waits for us to look: only who is seen twice stays. */
export const noZombies = step('none of its children stays a zombie', async (world) => {
  const zombies = (): number[] =>
    childrenOf(world)
      .filter(({ state }) => state === 'Z')
      .map(({ pid }) => pid);
  const before = zombies();
  await world.lab.until(
    () => zombies().every((pid) => !before.includes(pid)),
    15_000,
    'all children that ended are gone',
  );
});

/** The children of routevane, with their states as /proc has them. */
function childrenOf({ exabgp }: World): { readonly pid: number; readonly state: string }[] {
  const parent = exabgp.helper.pids().at(-1) ?? 0;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const [state = '', ppid] = statOf(name);
      return Number(ppid) === parent ? [{ pid: Number(name), state }] : [];
    });
}

/** What follows the name of the program; empty where the process is gone. */
function statOf(pid: string): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
