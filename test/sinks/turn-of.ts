import type { Cause, Decision, Health, RouteState, Turn } from '../../src/model/turn.ts';

const cause: Cause = { kind: 'config', atMs: 0 };
const drain = { name: 'web', owner: 'me', reason: '', sinceMs: 0, untilMs: null };
const drained: Cause = { kind: 'drain', change: 'begun', drain, atMs: 0 };

/**
 * A turn in which these names became so, and what is left of others. A reason follows after a colon:
 * `down: refused`; one that begins with `drained` has a drain as its cause. */
export function turnOf(
  changes: Readonly<Record<string, string>>,
  percents: Readonly<Record<string, number>> = {},
): Turn {
  return {
    atMs: 0,
    changes: Object.entries(changes).map(([name, change]) => {
      const [to = '', reason = ''] = change.split(': ');
      const isDrained = reason.startsWith('drained');
      const why = isDrained ? drained : cause;
      return { name, from: 'unknown', to: healthOf(to), reason, atMs: 0, cause: why };
    }),
    decisions: [],
    weightDecisions: [],
    notices: [],
    intents: {
      routes: new Map(),
      changed: [],
      weights: new Map(),
      changedWeights: [],
      watched: new Set(),
      shares: { percentOf: (name) => percents[name] ?? null },
    },
  };
}

/** A turn in which these routes became so, because of a drain or of something else. */
export function turnWithRoutes(
  routes: Readonly<Record<string, RouteState>>,
  by: 'drain' | 'other',
): Turn {
  const decisions = Object.entries(routes).map(([key, to]): Decision => ({
    route: { key, prefix: key, pathId: null, neighbor: null },
    from: 'pending',
    to,
    attributes: null,
    because: '',
    atMs: 0,
    cause: by === 'drain' ? drained : cause,
  }));
  return { ...turnOf({}), decisions };
}

function healthOf(text: string): Health {
  if (text === 'up' || text === 'down') return text;
  return 'unknown';
}
