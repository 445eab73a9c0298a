import type { Control } from '../model/control.ts';
import type { ActionReport, SinkReport } from '../model/report.ts';

/** The one sink whose state decides how long announces wait. */
const IPVS = 'ipvs';

/** The way back: what a sink reports, as news for the core; `null` where it need not know. */
export function feedback(report: SinkReport): Control | null {
  switch (report.kind) {
    case 'action':
      return feedbackOfAction(report);
    case 'adopted':
      return { kind: 'adopted', keys: report.keys };
    case 'state':
      return report.sink === IPVS ? { kind: 'ipvs', state: report.state } : null;
    case 'table':
      return { kind: 'table', bases: report.bases, missing: report.missing };
    case 'connections':
      return { kind: 'connections', active: report.active };
    case 'notice':
      return null;
    default:
      return report satisfies never;
  }
}

/**
 * A withdraw counts from when it was handed over; a weight only when it was read back. What was
 * rejected or not answered is the sink's to try again: whoever waits for it has a limit.
 */
function feedbackOfAction({ action, result, keys, weight }: ActionReport): Control | null {
  switch (action) {
    case 'announce':
      return null;
    case 'withdraw':
      return result === 'sent' || result === 'confirmed' ? { kind: 'sent', keys } : null;
    case 'remove':
      return result === 'confirmed' ? weightsOf(keys, 'removed') : null;
    case 'weight':
    case 'add':
      return result === 'confirmed' && weight !== undefined ? weightsOf(keys, weight) : null;
    default:
      return action satisfies never;
  }
}

function weightsOf(keys: readonly string[], weight: number | 'removed'): Control {
  return { kind: 'weights', weights: new Map(keys.map((key) => [key, weight])) };
}
