import type { Control } from '../../model/control.ts';
import type { Observation } from '../../model/observation.ts';
import type { ActionReport, BaseWeight } from '../../model/report.ts';
import type { Decision, HealthChange, WeightDecision } from '../../model/turn.ts';

/** The format of the lines; readers refuse a journal of another one. */
export const FORMAT = 1;

/** What changed of a map since it was last written: a table of thousands is read every few seconds. */
export interface MapChange<V> {
  readonly set: readonly (readonly [key: string, value: V])[];
  readonly gone: readonly string[];
}

/** Controls as they are written: as in the model, but JSON has no Maps, and `inspect` changes nothing. */
export type WrittenControl =
  | Exclude<
      Control,
      { readonly kind: 'config' | 'table' | 'weights' | 'connections' | 'inspect' | 'checkpoint' }
    >
  | { readonly kind: 'config'; readonly hash: string }
  | {
      readonly kind: 'table';
      readonly bases: MapChange<BaseWeight>;
      readonly missing: readonly string[];
    }
  | {
      readonly kind: 'weights';
      readonly weights: readonly (readonly [key: string, weight: number | 'removed'])[];
    }
  | { readonly kind: 'connections'; readonly active: MapChange<number> };

/** The first line of each process (`start`) and of each further file of it (`rotated`). */
export interface HeadRecord {
  readonly kind: 'start' | 'rotated';
  readonly format: typeof FORMAT;
  /** The same instant by both clocks. */
  readonly atMs: number;
  readonly wallMs: number;
  readonly node: string;
  readonly version: string;
  /** The configuration's hash. */
  readonly config: string;
}

/** One line of the journal. Every `atMs` is monotonic milliseconds of its process. */
export type JournalRecord =
  | HeadRecord
  | ({ readonly kind: 'observation' } & Observation)
  | { readonly kind: 'control'; readonly atMs: number; readonly control: WrittenControl }
  | { readonly kind: 'turn'; readonly atMs: number }
  | ({ readonly kind: 'health' } & HealthChange)
  | ({ readonly kind: 'decision' } & Decision)
  | ({ readonly kind: 'weight' } & WeightDecision)
  | ActionReport
  /** After `rotated`: the last result that changed the health of a name, so that a replay may begin here. */
  | ({ readonly kind: 'known' } & Observation)
  /** The end of what `rotated` began: a reader of the file before skips all in between. */
  | { readonly kind: 'continued'; readonly atMs: number }
  /** So many records are missing here. */
  | { readonly kind: 'dropped'; readonly records: number };
