import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's young generation at the size it has now. It would grow to 32 MB while
 * 5,000 targets start and never shrink again; probing them does not need it.
 * Measured at 5,000 probes a second: 80 MB instead of 95 MB, at the same CPU.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
