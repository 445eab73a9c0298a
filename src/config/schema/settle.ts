import * as z from 'zod';
import { duration, mapping, oneOf, wholeNumber } from './basics.ts';

const RESULTS_MAX = 1_000;

function positive(what: string) {
  const error = `expected ${what} above 0`;
  return z
    .number({ error })
    .gt(0, { error })
    .max(1_000, { error: `expected ${what} of at most 1000` });
}

const damping = mapping({
  half_life: duration(1, 'The penalty halves in this time; default 30s.').optional(),
  suppress: positive('a penalty').optional(),
  reuse: positive('a penalty').optional(),
});

/** Keys of any signal, of `check_defaults` and of any check: how results become health. */
export const settleKeys = {
  rise: wholeNumber(1, RESULTS_MAX).optional(),
  fall: wholeNumber(1, RESULTS_MAX).optional(),
  updelay: duration(0, 'Up must hold this long; default 0s, 1s for link, 3s for bfd.').optional(),
  downdelay: duration(0, 'Down must hold this long; default 0s.').optional(),
  damping: damping.optional().meta({ description: 'Flap damping; off where it is left out.' }),
  lost_hold: duration(
    0,
    'Health is kept this long after its observer was lost; default 10s.',
  ).optional(),
  on_lost: oneOf(['down', 'hold']).optional(),
};
