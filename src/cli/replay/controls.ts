import type { Config } from '../../model/config.ts';
import type { Control } from '../../model/control.ts';
import type { BaseWeight } from '../../model/report.ts';
import { applyMapChange } from '../../sinks/journal/map-change.ts';
import type { ReadControl } from './parse.ts';

/** A control as the core takes it; `null`: it says what a sink did, and ours do otherwise. */
export type ControlReader = (control: ReadControl, isExact: boolean) => Control | null;

/** Puts maps together again from what changed of them. */
export function controlReader(config: Config): ControlReader {
  let bases: ReadonlyMap<string, BaseWeight> = new Map();
  let active: ReadonlyMap<string, number> = new Map();
  return (control, isExact) => {
    switch (control.kind) {
      case 'config':
        return { kind: 'config', config };
      case 'table':
        bases = applyMapChange(bases, control.bases);
        return { kind: 'table', bases, missing: new Set(control.missing) };
      case 'connections':
        active = applyMapChange(active, control.active);
        return { kind: 'connections', active };
      case 'weights':
        return isExact ? { kind: 'weights', weights: new Map(control.weights) } : null;
      case 'sent':
        return isExact ? control : null;
      case 'resume':
      case 'adopted':
      case 'ipvs':
      case 'drain':
      case 'undrain':
      case 'stop':
        return control;
      default:
        return control satisfies never;
    }
  };
}
