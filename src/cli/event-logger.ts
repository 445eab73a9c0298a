import type { Notice } from '../model/notice.ts';
import type { SinkEvent } from '../model/report.ts';
import type { Turn } from '../model/turn.ts';

/** Logs what happens: as JSON lines for machines, or as readable lines for a terminal. */
export interface EventLogger {
  readonly turn: (turn: Turn) => void;
  readonly report: (report: SinkEvent) => void;
  readonly notice: (notice: Notice) => void;
}
