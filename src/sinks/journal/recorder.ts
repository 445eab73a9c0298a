import type { Config } from '../../model/config.ts';
import type { Control } from '../../model/control.ts';
import type { BaseWeight, SinkEvent } from '../../model/report.ts';
import type { Trace } from '../../model/trace.ts';
import { mapChange } from './map-change.ts';
import type { JournalRecord, WrittenControl } from './record.ts';

/** Turns what happens into records, in order. */
export interface Recorder extends Trace {
  readonly sinkEvent: (event: SinkEvent) => void;
}

/**
 * @param start writes the head of the journal of this process.
 * @param add takes a record; it is never changed afterwards.
 */
export function recorder(
  start: (nowMs: number, config: Config) => void,
  hashOf: (config: Config) => string,
  add: (record: JournalRecord) => void,
): Recorder {
  const written = controlWriter(hashOf);
  return {
    started: start,
    observed: (observation) => add({ kind: 'observation', ...observation }),
    requested(atMs, request) {
      const control = written(request);
      if (control !== null) add({ kind: 'control', atMs, control });
    },
    turned(atMs, turn) {
      add({ kind: 'turn', atMs });
      if (turn === null) return;
      for (const change of turn.changes) add({ kind: 'health', ...change });
      for (const decision of turn.decisions) add({ kind: 'decision', ...decision });
      for (const decision of turn.weightDecisions) add({ kind: 'weight', ...decision });
    },
    sinkEvent(event) {
      // A replay needs no other event: what the core has to know of the sinks is a control.
      if (event.kind === 'action') add(event);
    },
  };
}

/** Of a map only the changes are written; `null`: a replay does not need it. */
function controlWriter(
  hashOf: (config: Config) => string,
): (control: Control) => WrittenControl | null {
  let bases: ReadonlyMap<string, BaseWeight> = new Map();
  let active: ReadonlyMap<string, number> = new Map();
  return (control) => {
    switch (control.kind) {
      case 'inspect':
      case 'checkpoint':
        return null;
      case 'config':
        return { kind: 'config', hash: hashOf(control.config) };
      case 'table': {
        const change = mapChange(bases, control.bases, isSameBase);
        // A copy: the sink may change its map.
        bases = new Map(control.bases);
        return { kind: 'table', bases: change, missing: [...control.missing] };
      }
      case 'connections': {
        const change = mapChange(active, control.active, Object.is);
        active = new Map(control.active);
        return { kind: 'connections', active: change };
      }
      case 'weights':
        return { kind: 'weights', weights: [...control.weights] };
      case 'resume':
      case 'adopted':
      case 'sent':
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

function isSameBase(a: BaseWeight, b: BaseWeight): boolean {
  return a.weight === b.weight && a.isDrained === b.isDrained && a.isServing === b.isServing;
}
