import { printable } from '../../protocol/printable.ts';
import { DETAIL_MAX_CHARS, REASON_MAX_CHARS } from './limits.ts';
import type { CheckedSight } from './messages.ts';

/** What a plugin yielded, checked; as text: what is wrong with it. */
export function sightOf(value: unknown): CheckedSight | string {
  if (typeof value !== 'object' || value === null) return 'yielded neither up() nor down()';
  const state: unknown = Reflect.get(value, 'state');
  if (state !== 'up' && state !== 'down') return 'yielded neither up() nor down()';
  const reason: unknown = Reflect.get(value, 'reason') ?? '';
  const detail: unknown = Reflect.get(value, 'detail');
  const percent: unknown = Reflect.get(value, 'weightPercent');
  if (typeof reason !== 'string') return 'yielded a reason that is no text';
  if (detail !== undefined && typeof detail !== 'string') return 'yielded a detail that is no text';
  if (percent !== undefined && !isPercent(percent)) {
    return 'yielded a weightPercent that is no number from 0 to 100';
  }
  return {
    state,
    reason: state === 'up' ? '' : printable(reason, REASON_MAX_CHARS) || 'no reason given',
    ...(detail === undefined ? {} : { detail: printable(detail, DETAIL_MAX_CHARS) }),
    ...(percent === undefined ? {} : { weightPercent: Math.round(percent) }),
  };
}

function isPercent(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 100;
}
