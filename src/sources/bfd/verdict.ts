import type { Observation } from '../../model/observation.ts';
import { printable } from '../../protocol/printable.ts';
import type { BfdStatus } from './interface-row.ts';
import type { Doubt, VswitchdState } from './vswitchd-state.ts';
import type { PresentRow, RowState } from './row-state.ts';

/** The longest text of the database that a message repeats. */
export const OVS_TEXT_MAX_CHARS = 80;

/** An observation without its signal and time. */
export type BfdVerdict = Pick<Observation, 'state' | 'reason'>;

/** Whether what we hold of the database is current. */
export type Database =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'current' }
  | { readonly kind: 'lost'; readonly reason: string };

/** All that the verdict on one interface depends on. */
export interface Evidence {
  readonly name: string;
  readonly database: Database;
  readonly rowState: RowState;
  readonly vswitchd: VswitchdState;
}

export interface Judgement {
  /** `null`: not known yet. */
  readonly verdict: BfdVerdict | null;
  /** Until when it holds if no event comes, monotonic milliseconds. */
  readonly untilMs: number;
}

/**
 * Up needs a vswitchd that runs, a BFD state of up, and no other column of the interface that
 * contradicts it. Pure: `nowMs` is injected.
 */
export function sessionVerdict(
  { name, database, rowState, vswitchd }: Evidence,
  nowMs: number,
): Judgement {
  if (database.kind === 'lost') return lost(database.reason);
  if (database.kind === 'unknown' || rowState.kind === 'unknown') return UNKNOWN;
  if (rowState.kind === 'missing') {
    if (rowState.wasThere) return down('interface gone');
    return lost(`interface ${printable(name, OVS_TEXT_MAX_CHARS)} does not exist in Open vSwitch`);
  }
  if (vswitchd.kind === 'unknown') return UNKNOWN;
  if (vswitchd.kind === 'lost') return lost(vswitchd.reason);
  const judgement = rowVerdict(rowState, nowMs);
  return judgement === UP ? confirm(rowState, vswitchd.doubt, nowMs) : judgement;
}

/** The verdict from the row alone, whether vswitchd still runs or not. */
export function rowVerdict({ row, emptyUntilMs }: PresentRow, nowMs: number): Judgement {
  const error = row.error ?? '';
  if (error !== '') return down(printable(error, OVS_TEXT_MAX_CHARS) || 'interface has an error');
  if (row.link_state === 'down') return down('link down');
  if (emptyUntilMs !== null) return judgeEmpty(emptyUntilMs, nowMs);
  if (row.ofport === null || row.ofport <= 0) return down('interface is not attached to a bridge');
  if (row.link_state !== 'up') return lost('link state is not known');
  return judgeStatus(row.bfd_status);
}

function judgeEmpty(untilMs: number, nowMs: number): Judgement {
  if (nowMs >= untilMs) return down('bfd is not enabled');
  return { ...lost('no bfd status yet'), untilMs };
}

function judgeStatus(status: BfdStatus): Judgement {
  const state = status.get('state') ?? 'missing';
  if (state !== 'up') {
    return down(
      `bfd state ${printable(state, OVS_TEXT_MAX_CHARS)}${inBrackets(status.get('diagnostic'))}`,
    );
  }
  if (status.get('forwarding') === 'true') return UP;
  return down(`not forwarding${inBrackets(status.get('remote_diagnostic'), 'remote: ')}`);
}

/** RFC 5880's diagnostics as OVS writes them: `Control Detection Time Expired`. */
function inBrackets(diagnostic = '', prefix = ''): string {
  const words = printable(diagnostic, OVS_TEXT_MAX_CHARS).toLowerCase();
  return words === '' || words === 'no diagnostic' ? '' : ` (${prefix}${words})`;
}

/** A restarted vswitchd has not written all rows at the moment it replies. */
function confirm(rowState: PresentRow, doubt: Doubt | null, nowMs: number): Judgement {
  if (doubt === null || nowMs >= doubt.untilMs || rowState.statusChangedMs > doubt.fromMs)
    return UP;
  return { ...lost('vswitchd is back but has not confirmed this yet'), untilMs: doubt.untilMs };
}

const UNKNOWN: Judgement = { verdict: null, untilMs: Infinity };
const UP: Judgement = { verdict: { state: 'up', reason: '' }, untilMs: Infinity };

function down(reason: string): Judgement {
  return { verdict: { state: 'down', reason }, untilMs: Infinity };
}

function lost(reason: string): Judgement {
  return { verdict: { state: 'lost', reason }, untilMs: Infinity };
}
