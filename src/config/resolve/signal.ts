import type { Signal } from '../../model/config.ts';
import { DEFAULTS, SETTLE_DEFAULTS, type SettleDefaults } from '../defaults.ts';
import type { SignalFile } from '../schema.ts';
import { timingOf, type Timing } from '../timing.ts';
import { resolvePlugin } from './plugin.ts';
import { msOr, settleOf } from './settle.ts';

export function resolveSignal(name: string, file: SignalFile, folder: string): Signal {
  const settle = settleOf(file, defaultsFor(file));
  switch (file.type) {
    case 'link':
    case 'bfd':
      return { name, type: file.type, interface: file.interface, settle };
    case 'exec': {
      const { command, user = null } = file;
      return { name, type: 'exec', command, ...times(file), user, settle };
    }
    case 'execd': {
      const { command, trigger = DEFAULTS.trigger, user = null } = file;
      const staleAfterMs = file.stale_after === undefined ? null : msOr(file.stale_after, 0);
      return { name, type: 'execd', command, trigger, user, ...times(file), staleAfterMs, settle };
    }
    case 'plugin':
      return { name, type: 'plugin', plugin: resolvePlugin(file, file.module, folder), settle };
    default:
      return file satisfies never;
  }
}

function times(file: Extract<SignalFile, { type: 'exec' | 'execd' }>): Timing {
  const timing = timingOf(file, DEFAULTS.signalIntervalMs[file.type]);
  if (timing === null) throw new Error('bug: a faulty signal was resolved');
  return timing;
}

const defaultsByType: Readonly<Record<SignalFile['type'], SettleDefaults>> = {
  link: SETTLE_DEFAULTS.link,
  bfd: SETTLE_DEFAULTS.bfd,
  exec: SETTLE_DEFAULTS.polled,
  execd: SETTLE_DEFAULTS.polled,
  plugin: SETTLE_DEFAULTS.pushed,
};

function defaultsFor(file: SignalFile): SettleDefaults {
  // Such a child reports each change once.
  if (file.type === 'execd' && file.trigger === 'self') return SETTLE_DEFAULTS.pushed;
  return defaultsByType[file.type];
}
