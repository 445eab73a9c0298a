import type { Signal } from '../../model/config.ts';
import type { SignalFile } from '../schema.ts';
import { pluginOf } from './plugin.ts';
import { bfd, link, msOr, polled, settleOf, told, type SettleDefaults } from './settle.ts';

const execIntervalMs = 10_000;
const execdIntervalMs = 5_000;

export function resolveSignal(name: string, file: SignalFile, folder: string): Signal {
  const settle = settleOf(file, defaultsFor(file));
  switch (file.type) {
    case 'link':
    case 'bfd':
      return { name, type: file.type, interface: file.interface, settle };
    case 'exec': {
      const { command, user = null } = file;
      const intervalMs = msOr(file.interval, execIntervalMs);
      const timeoutMs = msOr(file.timeout, Math.floor(intervalMs / 2));
      return { name, type: 'exec', command, intervalMs, timeoutMs, user, settle };
    }
    case 'execd': {
      const { command, trigger = 'poll', user = null } = file;
      const intervalMs = msOr(file.interval, execdIntervalMs);
      const timeoutMs = msOr(file.timeout, Math.floor(intervalMs / 2));
      const staleAfterMs = file.stale_after === undefined ? null : msOr(file.stale_after, 0);
      const times = { intervalMs, timeoutMs, staleAfterMs };
      return { name, type: 'execd', command, trigger, user, ...times, settle };
    }
    case 'plugin':
      return { name, type: 'plugin', plugin: pluginOf(file, file.module, folder), settle };
    default:
      return file satisfies never;
  }
}

const defaultsByType: Readonly<Record<SignalFile['type'], SettleDefaults>> = {
  link,
  bfd,
  exec: polled,
  execd: polled,
  plugin: told,
};

function defaultsFor(file: SignalFile): SettleDefaults {
  // A child that speaks by itself says a thing once.
  if (file.type === 'execd' && file.trigger === 'self') return told;
  return defaultsByType[file.type];
}
