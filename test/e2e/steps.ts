import { deepEqual, equal, ok } from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { BirdRoute } from './bird-text.ts';
import type { Step, World } from './check.ts';
import type { ServerSpec } from './servers.ts';

/** Generous: a loaded machine with two cores must not fail here. */
const withinMs = 30_000;
const shownLogChars = 4000;

/** BIRD has the prefix, with all that `like` names. */
export function announced(
  prefix: string,
  like: Partial<BirdRoute> = {},
  timeoutMs: number = withinMs,
): Step {
  return {
    what: `BIRD has ${prefix} ${JSON.stringify(like)}`,
    run: async ({ lab }) => {
      await lab.until(
        async () => (await lab.bird.routes()).some((route) => matches(route, { prefix, ...like })),
        timeoutMs,
        `BIRD has ${prefix} ${JSON.stringify(like)}`,
      );
    },
  };
}

/** BIRD has no path for the prefix (from `protocol`, if it is named). */
export function withdrawn(
  prefix: string,
  like: Partial<BirdRoute> = {},
  timeoutMs: number = withinMs,
): Step {
  return {
    what: `BIRD has lost ${prefix}`,
    run: async ({ lab }) => {
      await lab.until(
        async () => !(await lab.bird.routes()).some((route) => matches(route, { prefix, ...like })),
        timeoutMs,
        `BIRD has lost ${prefix}`,
      );
    },
  };
}

/** BIRD has exactly these prefixes, now. */
export function only(...prefixes: readonly string[]): Step {
  return {
    what: `BIRD has exactly ${prefixes.join(', ') || 'nothing'}`,
    run: async ({ lab }) => {
      const routes = await lab.bird.routes();
      deepEqual(routes.map((route) => route.prefix).toSorted(), [...prefixes].toSorted());
    },
  };
}

export function opens(...specs: readonly ServerSpec[]): Step {
  return {
    what: `opens ${specs.map(nameOf).join(', ')}`,
    run: ({ servers }) => servers.open(...specs),
  };
}

export function closes(...specs: readonly ServerSpec[]): Step {
  return {
    what: `closes ${specs.map(nameOf).join(', ')}`,
    run: ({ servers }) => servers.close(...specs),
  };
}

export const freezesServers: Step = {
  what: 'stops the process of the servers (SIGSTOP)',
  run: async ({ servers }) => servers.freeze(),
};

export const thawsServers: Step = {
  what: 'continues the process of the servers (SIGCONT)',
  run: async ({ servers }) => servers.thaw(),
};

/** Sends a signal to routevane. */
export function signals(signal: Parameters<World['exabgp']['helper']['kill']>[0]): Step {
  return { what: `sends ${signal}`, run: async ({ exabgp }) => exabgp.helper.kill(signal) };
}

/** Writes another configuration; routevane reads it at SIGHUP or at its next start. */
export function configures(config: string): Step {
  return { what: 'writes another configuration', run: async (world) => world.configure(config) };
}

/** routevane's log (all starts together) matches. */
export function logs(pattern: RegExp): Step {
  return {
    what: `routevane logs ${String(pattern)}`,
    run: async ({ lab, exabgp }) => {
      const matched = (): boolean => pattern.test(exabgp.helper.log());
      await lab.until(matched, withinMs, `routevane logs ${String(pattern)}`);
    },
  };
}

/** routevane was started `count` times so far. */
export function started(count: number): Step {
  return {
    what: `ExaBGP has started routevane ${count} times`,
    run: async ({ lab, exabgp }) => {
      const reached = (): boolean => exabgp.helper.pids().length === count;
      await lab.until(reached, withinMs, `ExaBGP has started routevane ${count} times`);
    },
  };
}

/** routevane ended, with exactly these codes since the row began. */
export function exited(...codes: readonly number[]): Step {
  return {
    what: `routevane exited with ${codes.join(', ')}`,
    run: async ({ lab, exabgp }) => {
      const ended = (): boolean => exabgp.helper.exits().length >= codes.length;
      await lab.until(ended, withinMs, `routevane exits ${codes.length} times`);
      deepEqual(exabgp.helper.exits(), codes);
    },
  };
}

/** Remembers how many UPDATEs BIRD has received from this node. */
export const counts: Step = {
  what: 'counts the UPDATEs',
  run: async (world) => {
    world.memory.set('updates', await received(world));
  },
};

/** Since `counts`, BIRD has received exactly this many announcements and withdraws. */
export function updatesSince(count: number): Step {
  return {
    what: `BIRD received ${count} UPDATEs since they were counted`,
    run: async (world) => {
      const since = (await received(world)) - (world.memory.get('updates') ?? 0);
      equal(since, count, `${since} UPDATEs\n${world.exabgp.helper.log().slice(-shownLogChars)}`);
    },
  };
}

/** Since `counts`, BIRD has received no more announcements and withdraws than this. */
export function updatesAtMost(count: number): Step {
  return {
    what: `BIRD received at most ${count} UPDATEs since they were counted`,
    run: async (world) => {
      const since = (await received(world)) - (world.memory.get('updates') ?? 0);
      ok(since <= count, `${since} UPDATEs\n${world.exabgp.helper.log().slice(-shownLogChars)}`);
    },
  };
}

/** Remembers the time, for `tookAtLeast`. */
export const starts: Step = {
  what: 'looks at the clock',
  run: async ({ memory }) => void memory.set('startedAtMs', performance.now()),
};

/** No less time passed since `starts`: on a slow machine more does, so this is sure where a look is not. */
export function tookAtLeast(durationMs: number): Step {
  return {
    what: `took ${durationMs} ms at least`,
    run: async ({ memory }) => {
      const tookMs = performance.now() - (memory.get('startedAtMs') ?? 0);
      ok(tookMs >= durationMs, `${tookMs} ms`);
    },
  };
}

/** Anything that needs no word of its own. */
export function step(what: string, run: Step['run']): Step {
  return { what, run };
}

async function received({ lab, node }: World): Promise<number> {
  const { updates, withdraws } = await lab.bird.counters(node.session);
  return updates + withdraws;
}

function matches(route: BirdRoute, like: Partial<BirdRoute>): boolean {
  const actual: Readonly<Record<string, unknown>> = { ...route };
  return Object.entries(like).every(([key, value]) => isDeepStrictEqual(actual[key], value));
}

function nameOf(spec: ServerSpec): string {
  return `${spec.protocol} ${spec.address}:${spec.port}`;
}
