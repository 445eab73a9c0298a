import type { Notice } from '../../model/notice.ts';

/** Between two notices of one kind about one child: what it repeats is not worth a line each. */
const COMPLAINT_PERIOD_MS = 10_000;

/** Reports at once what a child does wrong, each kind at a bounded rate. */
export function limitNoticesOfChild(
  name: string,
  notify: (notice: Notice) => void,
  nowMs: () => number,
): { readonly malformed: (reason: string) => void; readonly stderr: (line: string) => void } {
  const limited = (noticeOf: (text: string) => Notice): ((text: string) => void) => {
    let saidAtMs = -Infinity;
    return (text) => {
      if (nowMs() - saidAtMs < COMPLAINT_PERIOD_MS) return;
      saidAtMs = nowMs();
      notify(noticeOf(text));
    };
  };
  return {
    malformed: limited((reason) => ({
      level: 'warn',
      event: 'execd_malformed',
      message: `${name}: ${reason}`,
    })),
    stderr: limited((line) => ({
      level: 'warn',
      event: 'execd_stderr',
      message: `${name}: wrote on stderr: ${line}`,
    })),
  };
}
