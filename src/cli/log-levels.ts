import type { ActionReport, SinkState } from '../model/report.ts';
import type { Health, RouteState } from '../model/turn.ts';
import type { Level } from '../platform/log.ts';

/** Lines about lost traffic, and about commands that failed, are warnings or errors; JSON and terminal agree. */
export function healthLevel(to: Health): Level {
  return to === 'up' ? 'info' : 'warn';
}

export function decisionLevel(to: RouteState): Level {
  return to === 'withdrawn' || to === 'held' ? 'warn' : 'info';
}

export function sinkLevel(state: SinkState): Level {
  return state === 'lost' ? 'warn' : 'info';
}

export function actionLevel({ action, result }: Pick<ActionReport, 'action' | 'result'>): Level {
  switch (result) {
    case 'sent':
      return action === 'withdraw' ? 'warn' : 'info';
    case 'confirmed':
      return 'debug';
    case 'rejected':
    case 'unanswered':
      return 'error';
    default:
      return result satisfies never;
  }
}

/** `web is down: refused`. */
export function withReason(text: string, reason: string): string {
  return reason === '' ? text : `${text}: ${reason}`;
}
