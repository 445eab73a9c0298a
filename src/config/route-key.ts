import { parseAddress } from './parse/address.ts';
import { parsePrefix } from './parse/prefix.ts';
import { known } from './parse/result.ts';

/** What names a route: `prefix`, then `#path_id` and `@neighbor` where they are set. */
export function routeKey(
  prefix: string,
  pathId: number | undefined,
  neighbor: string | undefined,
): string {
  const path = pathId === undefined ? '' : `#${pathId}`;
  const peer = neighbor === undefined ? '' : `@${known(parseAddress(neighbor)).text}`;
  return `${known(parsePrefix(prefix)).text}${path}${peer}`;
}
