import type { Notice } from '../model/notice.ts';
import type { SinkEvent } from '../model/report.ts';
import type { Turn } from '../model/turn.ts';

/** Whoever tells people what happens: as JSON for machines, or as lines for a terminal. */
export interface EventLogger {
  readonly turn: (turn: Turn) => void;
  readonly report: (report: SinkEvent) => void;
  readonly notice: (notice: Notice) => void;
}
