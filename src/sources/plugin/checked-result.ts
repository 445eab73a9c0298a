import { inspect } from 'node:util';
import { DETAIL_MAX_CHARS, printable, REASON_MAX_CHARS } from '../../protocol/printable.ts';
import type { CheckedResult } from './messages.ts';

const SHOWN_MAX_CHARS = 60;

/** What a plugin yielded, checked; as text: what is wrong with it. */
export function checkedResult(value: unknown): CheckedResult | string {
  if (typeof value !== 'object' || value === null) return neither(value);
  const state: unknown = Reflect.get(value, 'state');
  if (state !== 'up' && state !== 'down') return neither(value);
  const reason: unknown = Reflect.get(value, 'reason') ?? '';
  const detail: unknown = Reflect.get(value, 'detail');
  const percent: unknown = Reflect.get(value, 'weightPercent');
  if (typeof reason !== 'string')
    return `the plugin yielded the reason ${shown(reason)}: expected text`;
  if (detail !== undefined && typeof detail !== 'string')
    return `the plugin yielded the detail ${shown(detail)}: expected text`;
  if (percent !== undefined && !isPercent(percent)) {
    return `the plugin yielded the weightPercent ${shown(percent)}: expected a number from 0 to 100`;
  }
  return {
    state,
    reason: state === 'up' ? '' : printable(reason, REASON_MAX_CHARS) || 'no reason given',
    ...(detail === undefined ? {} : { detail: printable(detail, DETAIL_MAX_CHARS) }),
    ...(percent === undefined ? {} : { weightPercent: Math.round(percent) }),
  };
}

function neither(value: unknown): string {
  return `the plugin yielded ${shown(value)}: expected up() or down()`;
}

/** As a person would write it, and not much of it. */
function shown(value: unknown): string {
  return printable(inspect(value, { depth: 1, breakLength: Infinity }), SHOWN_MAX_CHARS);
}

function isPercent(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 100;
}
