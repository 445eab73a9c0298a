import { DEFAULTS } from '../defaults.ts';
import { durationText } from '../parse.ts';
import { duration, oneOf, pluginOptions, text } from './basics.ts';
import { optional } from './keys.ts';

/** One argument of a command. */
export const argument = text('an argument', 'argument');

export const FAST_INTERVAL_DEFAULT = `a fifth of the interval, at least ${durationText(DEFAULTS.check.fastIntervalMinMs)}`;

const staleAfter = optional(duration(100), {
  description:
    'A plugin or an `execd` child that reports nothing for longer than this is `lost`, and is restarted.',
  unset: 'never',
  examples: ['15s'],
});

/** Keys of a plugin, as a signal and as a check. */
export const pluginKeys = {
  options: optional(pluginOptions, {
    description: 'Options of the plugin, which checks them by its own schema.',
    unset: 'none',
    examples: [{ path: '/', freeMinPct: 5 }],
  }),
  isolate: optional(oneOf(['worker', 'none']), {
    description:
      '`worker`: a thread of its own. `none`: in the daemon’s thread, where a busy loop stops everything.',
    default: DEFAULTS.isolate,
    examples: ['none'],
  }),
  stale_after: staleAfter,
};

/** Keys of every signal that is a program. */
export const programKeys = {
  interval: optional(duration(100), {
    description:
      'Time between two results, for `exec` and for `execd` with `trigger: poll`. A plugin has its own pace.',
    unset: `${durationText(DEFAULTS.signalIntervalMs.exec)}; ${durationText(DEFAULTS.signalIntervalMs.execd)} for \`execd\``,
    examples: ['30s'],
  }),
  timeout: optional(duration(1), {
    description: 'A result that takes longer is `lost`. At most the interval. Not for plugins.',
    unset: 'half the interval',
    examples: ['5s'],
  }),
  stale_after: staleAfter,
  user: optional(text('a user name', 'user name'), {
    description: 'The user that runs the command; needs root. Not for plugins.',
    unset: 'the user of the daemon',
    examples: ['nobody'],
  }),
};
