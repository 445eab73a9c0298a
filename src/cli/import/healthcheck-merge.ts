import type { DraftKeys, DraftRoute } from './draft.ts';

/** One route for each prefix, path and neighbor: two of them would be refused. */
export function mergeRoutes(routes: readonly DraftRoute[]): DraftRoute[] {
  const byKey = new Map<string, DraftRoute[]>();
  for (const route of routes) {
    const key = `${route.prefix}#${valueOf(route, 'path_id')}@${valueOf(route, 'neighbor')}`;
    const group = byKey.get(key);
    if (group === undefined) byKey.set(key, [route]);
    else group.push(route);
  }
  const merged = [...byKey.values()].map(mergeGroup);
  return merged.map((route) => withRivals(route, merged));
}

function mergeGroup(group: readonly DraftRoute[]): DraftRoute {
  const [first, ...others] = group;
  if (first === undefined) throw new Error('bug: a group of routes without one');
  if (others.length === 0) return first;
  const when = [...new Set(group.flatMap((route) => route.when))];
  const differ = others.filter(({ keys }) => JSON.stringify(keys) !== JSON.stringify(first.keys));
  const lost = differ.map((route) => `${route.when.join(' and ')}: ${textOf(route.keys)}`);
  return {
    ...first,
    when,
    notes: [
      ...group.flatMap((route) => route.notes),
      `${first.prefix} is announced more than once: the last announcement won there. Here all in "when" have to be up; "{ any: [...] }" means one of them.`,
      ...lost.map((text) => `left out, ${text}`),
    ],
  };
}

/** A route to one neighbor beside one to all: ExaBGP has one of them there, whichever came last. */
function withRivals(route: DraftRoute, all: readonly DraftRoute[]): DraftRoute {
  if (valueOf(route, 'neighbor') === '') return route;
  const isRival = all.some(
    (other) =>
      other.prefix === route.prefix &&
      valueOf(other, 'neighbor') === '' &&
      valueOf(other, 'path_id') === valueOf(route, 'path_id'),
  );
  if (!isRival) return route;
  const text = `${route.prefix} goes to all neighbors as well: give the other route a neighbor, too`;
  return { ...route, notes: [...route.notes, text] };
}

function valueOf({ keys }: DraftRoute, name: string): string {
  const found = keys.find(([key]) => key === name);
  return found === undefined ? '' : String(found[1]);
}

function textOf(keys: DraftKeys): string {
  return keys.map(([key, value]) => `${key} ${String(value)}`).join(', ');
}
