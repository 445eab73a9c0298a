import type { Check, SettleRules } from './check.ts';
import type { Signal } from './config.ts';

/** How long a first verdict may take where every result comes at its latest; Infinity: without a limit. */
export function signalVerdictMs(signal: Signal): number {
  switch (signal.type) {
    case 'link':
    case 'bfd':
      return 0;
    case 'exec':
      return polledMs(signal.settle, signal);
    case 'execd':
      return signal.trigger === 'poll'
        ? Math.max(polledMs(signal.settle, signal), signal.staleAfterMs ?? 0)
        : (signal.staleAfterMs ?? Infinity);
    case 'plugin':
      return signal.plugin.staleAfterMs ?? Infinity;
    default:
      return signal satisfies never;
  }
}

export function checkVerdictMs(check: Check): number {
  if (check.type === 'plugin') return check.plugin.staleAfterMs ?? Infinity;
  return polledMs(check.settle, check);
}

interface Polled {
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

function polledMs({ rise, fall }: SettleRules, { intervalMs, timeoutMs }: Polled): number {
  return Math.max(rise, fall) * intervalMs + timeoutMs;
}
