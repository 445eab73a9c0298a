import * as z from 'zod';
import { DEFAULTS, SETTLE_DEFAULTS } from '../defaults.ts';
import { durationText } from '../parse.ts';
import { duration, mapping, oneOf, wholeNumber } from './basics.ts';
import { optional } from './keys.ts';

const RESULTS_MAX = 1_000;
const { polled, pushed, link, bfd } = SETTLE_DEFAULTS;

function positive(what: string) {
  const error = `expected ${what} above 0`;
  return z
    .number({ error })
    .gt(0, { error })
    .max(1_000, { error: `expected ${what} of at most 1000` })
    .meta({ title: 'number above 0' });
}

const damping = mapping({
  half_life: optional(duration(1), {
    description: 'The penalty halves in this time.',
    default: durationText(DEFAULTS.damping.halfLifeMs),
    examples: ['1m'],
  }),
  suppress: optional(positive('a penalty'), {
    description: 'Each fall adds 1 to the penalty; above this one the signal is held down.',
    default: DEFAULTS.damping.suppress,
    examples: [4],
  }),
  reuse: optional(positive('a penalty'), {
    description: 'Below this penalty the signal may come up again. It must be below `suppress`.',
    default: DEFAULTS.damping.reuse,
    examples: [1.5],
  }),
});

/** The default of a count, by kind of signal. */
function countDefault(key: 'rise' | 'fall'): string {
  return `${polled[key]}; ${pushed[key]} for \`link\`, \`bfd\`, \`plugin\` and \`execd\` with \`trigger: self\``;
}

/** Keys of any signal, of `check_defaults` and of any check: how results become health. */
export const settleKeys = {
  rise: optional(wholeNumber(1, RESULTS_MAX), {
    description: 'Results in a row that must be good before it is up.',
    unset: countDefault('rise'),
    examples: [2],
  }),
  fall: optional(wholeNumber(1, RESULTS_MAX), {
    description: 'Results in a row that must be bad before it is down.',
    unset: countDefault('fall'),
    examples: [3],
  }),
  updelay: optional(duration(0), {
    description:
      'After `rise`, up must also hold for this time. A contrary settled result cancels it.',
    unset: `${durationText(polled.updelayMs)}; ${durationText(link.updelayMs)} for \`link\`, ${durationText(bfd.updelayMs)} for \`bfd\``,
    examples: ['1s'],
  }),
  downdelay: optional(duration(0), {
    description: 'After `fall`, down must also hold for this time.',
    default: durationText(DEFAULTS.settle.downdelayMs),
    examples: ['500ms'],
  }),
  damping: optional(damping, {
    description: 'Flap damping: a signal that falls too often stays down until it is quiet.',
    unset: 'off',
    examples: [{ half_life: '30s', suppress: 3, reuse: 1 }],
  }),
  lost_hold: optional(duration(0), {
    description:
      'The observer fails (`lost`): the last health is kept for this time, then it is unknown.',
    default: durationText(DEFAULTS.settle.lostHoldMs),
    examples: ['30s'],
  }),
  on_lost: optional(oneOf(['down', 'hold']), {
    description:
      'After `lost_hold`: `down` counts unknown as down, `hold` decides nothing until it is known.',
    default: DEFAULTS.settle.onLost,
    examples: ['hold'],
  }),
};
