import type { Signal } from '../../model/config.ts';
import type { SignalFile } from '../schema.ts';
import { bfd, link, polled, settleOf, told, type SettleDefaults } from './settle.ts';

export function resolveSignal(name: string, file: SignalFile): Signal {
  const settle = settleOf(file, defaultsFor(file));
  switch (file.type) {
    case 'link':
    case 'bfd':
      return { name, type: file.type, interface: file.interface, settle };
    case 'exec':
    case 'execd':
    case 'plugin':
      return { name, type: file.type, settle };
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
