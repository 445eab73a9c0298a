import type { Cause, Health, Turn } from '../../src/model/turn.ts';

const cause: Cause = { kind: 'config', atMs: 0 };

/** A turn in which these names became so; a reason follows after a colon: `down: refused`. */
export function turnOf(changes: Readonly<Record<string, string>>): Turn {
  return {
    atMs: 0,
    changes: Object.entries(changes).map(([name, change]) => {
      const [to = '', reason = ''] = change.split(': ');
      return { name, from: 'unknown', to: healthOf(to), reason, atMs: 0, cause };
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
    },
  };
}

function healthOf(text: string): Health {
  if (text === 'up' || text === 'down') return text;
  return 'unknown';
}
