import type { Core } from './core.ts';
import { endDrain } from './drains/maintenance.ts';
import { expected } from './expected.ts';
import { checkOverdue } from './health/first-verdict.ts';
import { endStartup, touchPending } from './health/startup.ts';
import type { RouteEntry } from './routes/entry.ts';
import { endRouteDrain } from './routes/route-drain.ts';
import { setUnsentUntil, setWaitUntil, timeRoute } from './routes/timers.ts';
import { touchRoute, touchTarget, touchWeight } from './touch.ts';

/** Touches and changes what has a deadline up to now; what follows is worked out afterwards. */
export function carryOutDeadlines(core: Core, nowMs: number): void {
  const routes: RouteEntry[] = [];
  let isAnyOverdue = false;
  for (let timed = core.deadlines.popDue(nowMs); timed; timed = core.deadlines.popDue(nowMs)) {
    switch (timed.kind) {
      case 'target':
        touchTarget(core, timed);
        isAnyOverdue = checkOverdue(core, timed, nowMs) || isAnyOverdue;
        break;
      case 'startup':
        endStartup(core, timed, nowMs);
        break;
      case 'route':
        routes.push(timed);
        break;
      case 'slow-start':
        // Without a cause: a slow start of before a restart, and the table was not read since.
        touchWeight(core, timed.server, timed.cause ?? { kind: 'config', atMs: nowMs });
        break;
      case 'maintenance':
        core.work.cause = expected(
          endDrain(core, timed.drain.name, 'expired', nowMs),
          'a drain in force',
          timed.drain.name,
        );
        break;
      case 'budget':
        // Withdraws are released at the end of every turn.
        break;
      default:
        timed satisfies never;
    }
  }
  if (isAnyOverdue) touchPending(core);
  const inFileOrder = routes.toSorted((a, b) => a.order - b.order);
  for (const entry of inFileOrder) carryOutRoute(core, entry, nowMs);
}

/** Ends each wait of a route whose time is over. Weights that waited are released in every turn. */
function carryOutRoute(core: Core, entry: RouteEntry, nowMs: number): void {
  if (entry.unsentUntilMs <= nowMs) setUnsentUntil(core, entry, Infinity);
  if (entry.waitUntilMs <= nowMs) {
    setWaitUntil(core, entry, Infinity);
    touchRoute(core, entry);
  }
  if (entry.drainUntilMs <= nowMs) endRouteDrain(core, entry, nowMs);
  else timeRoute(core, entry);
}
