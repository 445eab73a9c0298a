import type { Damping, SettleRules } from '../../model/check.ts';
import { DEFAULTS, type SettleDefaults } from '../defaults.ts';
import { known, parseDuration } from '../parse.ts';
import type { CheckDefaultsFile } from '../schema.ts';

export type SettleFile = Pick<
  CheckDefaultsFile,
  'rise' | 'fall' | 'updelay' | 'downdelay' | 'damping' | 'lost_hold' | 'on_lost'
>;

export function settleOf(file: SettleFile, defaults: SettleDefaults): SettleRules {
  return {
    rise: file.rise ?? defaults.rise,
    fall: file.fall ?? defaults.fall,
    updelayMs: msOr(file.updelay, defaults.updelayMs),
    downdelayMs: msOr(file.downdelay, DEFAULTS.settle.downdelayMs),
    damping: dampingOf(file.damping),
    lostHoldMs: msOr(file.lost_hold, DEFAULTS.settle.lostHoldMs),
    onLost: file.on_lost ?? DEFAULTS.settle.onLost,
  };
}

function dampingOf(file: SettleFile['damping']): Damping | null {
  if (file === undefined) return null;
  return {
    halfLifeMs: msOr(file.half_life, DEFAULTS.damping.halfLifeMs),
    suppress: file.suppress ?? DEFAULTS.damping.suppress,
    reuse: file.reuse ?? DEFAULTS.damping.reuse,
  };
}

export function msOr(text: string | undefined, defaultMs: number): number {
  return text === undefined ? defaultMs : known(parseDuration(text));
}
