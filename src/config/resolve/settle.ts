import type { Damping, SettleRules } from '../../model/check.ts';
import { known, parseDuration } from '../parse.ts';
import type { CheckDefaultsFile } from '../schema.ts';
import { dampingDefaults } from '../timing.ts';

export type SettleFile = Pick<
  CheckDefaultsFile,
  'rise' | 'fall' | 'updelay' | 'downdelay' | 'damping' | 'lost_hold' | 'on_lost'
>;

/** What differs between kinds of signals. */
export interface SettleDefaults {
  readonly rise: number;
  readonly fall: number;
  readonly updelayMs: number;
}

/** Something polled can miss once; a link or a session speaks for itself. */
export const polled: SettleDefaults = { rise: 2, fall: 3, updelayMs: 0 };
export const pushed: SettleDefaults = { rise: 1, fall: 1, updelayMs: 0 };
export const linkDefaults: SettleDefaults = { ...pushed, updelayMs: 1_000 };
export const bfdDefaults: SettleDefaults = { ...pushed, updelayMs: 3_000 };

const LOST_HOLD_MS = 10_000;

export function settleOf(file: SettleFile, defaults: SettleDefaults): SettleRules {
  return {
    rise: file.rise ?? defaults.rise,
    fall: file.fall ?? defaults.fall,
    updelayMs: msOr(file.updelay, defaults.updelayMs),
    downdelayMs: msOr(file.downdelay, 0),
    damping: dampingOf(file.damping),
    lostHoldMs: msOr(file.lost_hold, LOST_HOLD_MS),
    onLost: file.on_lost ?? 'down',
  };
}

function dampingOf(file: SettleFile['damping']): Damping | null {
  if (file === undefined) return null;
  return {
    halfLifeMs: msOr(file.half_life, dampingDefaults.halfLifeMs),
    suppress: file.suppress ?? dampingDefaults.suppress,
    reuse: file.reuse ?? dampingDefaults.reuse,
  };
}

export function msOr(text: string | undefined, defaultMs: number): number {
  return text === undefined ? defaultMs : known(parseDuration(text));
}
