import type { Drain } from '../../model/drain.ts';
import type { Observation } from '../../model/observation.ts';
import type { BaseWeight } from '../../model/report.ts';
import { applyMapChange } from './map-change.ts';
import type { JournalRecord, WrittenControl } from './record.ts';

/**
 * The state after all lines so far: a new file begins with it, so that it can be replayed when the
 * older ones are gone. At most one entry for each name of the configuration.
 */
export class JournalState {
  readonly #observations = new Map<string, Observation>();
  readonly #drains = new Map<string, Drain>();
  #announced = new Set<string>();
  #bases: ReadonlyMap<string, BaseWeight> = new Map();
  #missing: readonly string[] = [];
  #ipvs: WrittenControl | null = null;

  take(record: JournalRecord): void {
    if (record.kind === 'health' && record.cause.kind === 'observation') {
      const { observation } = record.cause;
      // A service changes by an observation of one of its servers.
      if (observation.signal === record.name) this.#observations.set(record.name, observation);
    } else if (record.kind === 'decision') {
      if (record.to === 'withdrawn') this.#announced.delete(record.route.key);
      else this.#announced.add(record.route.key);
    } else if (record.kind === 'control') this.#control(record.control);
  }

  #control(control: WrittenControl): void {
    if (control.kind === 'table') {
      this.#bases = applyMapChange(this.#bases, control.bases);
      this.#missing = control.missing;
    } else if (control.kind === 'ipvs') this.#ipvs = control;
    else if (control.kind === 'drain') this.#drains.set(control.drain.name, control.drain);
    else if (control.kind === 'undrain') this.#drains.delete(control.name);
  }

  /** As records at `atMs`, for the head of a file. */
  records(atMs: number): readonly JournalRecord[] {
    const controls: WrittenControl[] = [];
    if (this.#announced.size > 0) controls.push({ kind: 'adopted', keys: [...this.#announced] });
    if (this.#ipvs !== null) controls.push(this.#ipvs);
    if (this.#bases.size > 0 || this.#missing.length > 0) {
      const bases = { set: [...this.#bases], gone: [] };
      controls.push({ kind: 'table', bases, missing: this.#missing });
    }
    for (const drain of this.#drains.values()) {
      if (drain.untilMs === null || drain.untilMs > atMs) controls.push({ kind: 'drain', drain });
    }
    const records: JournalRecord[] = [];
    for (const control of controls) records.push({ kind: 'control', atMs, control });
    for (const one of this.#observations.values()) records.push({ kind: 'known', ...one });
    records.push({ kind: 'continued', atMs });
    return records;
  }
}
