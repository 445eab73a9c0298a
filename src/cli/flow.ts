import type { BehaviorSubject, Observable } from 'rxjs';
import type { Config } from '../model/config.ts';
import type { LastReload } from '../model/last-reload.ts';
import type { SinkEvent } from '../model/report.ts';
import type { ExabgpStreams } from '../sinks/exabgp/exabgp.ts';
import type { EventLogger } from './event-logger.ts';

/** All that the flow needs from outside. */
export interface FlowInputs {
  /** The configuration in force; emits again when a re-read file was accepted. */
  readonly config$: BehaviorSubject<Config>;
  /** Emits when the operator wants an orderly end. */
  readonly stop$: Observable<void>;
  readonly streams: ExabgpStreams;
  readonly events: EventLogger;
  /** `null`: none since the start. */
  readonly reload$: BehaviorSubject<LastReload | null>;
}

/** Sources → core → sinks. Completes when an orderly stop is done, or ExaBGP is gone. */
export type Flow = (world: FlowInputs) => Observable<SinkEvent>;
