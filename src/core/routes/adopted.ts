import type { Core } from '../core.ts';
import { assumeRule } from '../health/assumed-state.ts';
import { touchRoute } from '../touch.ts';
import { setAdopted } from './route-intent.ts';

/** A sink found these routes in place: their rules were up. True where a turn is wanted. */
export function onAdopted(core: Core, keys: readonly string[]): boolean {
  let isNews = false;
  for (const key of keys) {
    const entry = core.graph.routes.get(key);
    if (entry?.state !== 'pending' || entry.isAdopted) continue;
    setAdopted(entry);
    assumeRule(core, entry.route.when, 'up');
    touchRoute(core, entry);
    isNews = true;
  }
  return isNews;
}
