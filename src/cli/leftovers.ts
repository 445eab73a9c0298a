import type { Notice } from '../model/notice.ts';
import type { Leftover } from '../platform/child-leftovers.ts';
import { withoutControls } from '../protocol/printable.ts';

/** As many are named; the rest is counted. */
const NAMES_MAX = 5;

/** What children left behind in sessions of their own, for the log. */
export function leftoversNotice(leftovers: readonly Leftover[]): Notice {
  const names = leftovers
    .slice(0, NAMES_MAX)
    .map(({ pid, name }) => `${withoutControls(name)} (${pid})`);
  const more = leftovers.length > NAMES_MAX ? `, and ${leftovers.length - NAMES_MAX} more` : '';
  const message = `ended what a child left in a session of its own: ${names.join(', ')}${more}`;
  return { level: 'warn', event: 'child_left_process', message };
}
