import { DETAIL_MAX_CHARS, printable, REASON_MAX_CHARS } from './printable.ts';

/** The result of a Nagios plugin. */
export interface PluginVerdict {
  readonly state: 'up' | 'down' | 'lost';
  /** Its first line; empty while up. */
  readonly reason: string;
  /** Performance data; after a warning its first line too. Empty: none. */
  readonly detail: string;
}

/** How a plugin's process ended, with what it wrote. */
export type PluginEnd =
  | {
      readonly kind: 'exited';
      readonly code: number;
      readonly stdout: string;
      readonly stderr: string;
    }
  | { readonly kind: 'killed'; readonly signal: string }
  /** It was not started, or ended by us. */
  | { readonly kind: 'failed'; readonly reason: string };

/** The verdict of a plugin that ended. One that was killed shows nothing about the service. */
export function verdictOf(end: PluginEnd): PluginVerdict {
  switch (end.kind) {
    case 'exited':
      return pluginVerdict(end.code, end.stdout, end.stderr);
    case 'killed':
      return { state: 'lost', reason: `killed by ${end.signal}`, detail: '' };
    case 'failed':
      return { state: 'lost', reason: printable(end.reason, REASON_MAX_CHARS), detail: '' };
    default:
      return end satisfies never;
  }
}

/**
 * Reads a plugin's exit code and output by the Monitoring Plugins' guidelines: 0 is OK, 1 a warning, 2 critical,
 * 3 unknown. A warning is still up. Anything above is no result of a plugin: 126 and
 * 127 mean that it could not be started.
 *
 * @param stderr takes the place of an empty `stdout` as the reason.
 */
function pluginVerdict(code: number, stdout: string, stderr: string): PluginVerdict {
  const { text, performance } = readOutput(stdout);
  const output = text === '' ? printable(firstLine(stderr), REASON_MAX_CHARS) : text;
  switch (code) {
    case 0:
      return { state: 'up', reason: '', detail: performance };
    case 1: {
      const detail = performance === '' ? output : `${output} | ${performance}`;
      return { state: 'up', reason: '', detail };
    }
    case 2:
      return { state: 'down', reason: output === '' ? 'critical' : output, detail: performance };
    case 3:
      return { state: 'lost', reason: output === '' ? 'unknown' : output, detail: performance };
    default: {
      const reason = output === '' ? `exit code ${code}` : `exit code ${code}: ${output}`;
      return { state: 'lost', reason, detail: performance };
    }
  }
}

/** `TEXT | DATA`, then lines of long text, which may end in ` | DATA` over more lines. */
function readOutput(stdout: string): { readonly text: string; readonly performance: string } {
  const first = firstLine(stdout);
  const [text = '', ...data] = first.split('|');
  const rest = stdout.slice(stdout.indexOf(first) + first.length);
  const bar = rest.indexOf('|');
  if (bar >= 0) data.push(rest.slice(bar + 1));
  return {
    text: printable(text, REASON_MAX_CHARS),
    performance: printable(data.join(' '), DETAIL_MAX_CHARS),
  };
}

/** The first line that is not empty. */
function firstLine(output: string): string {
  return output.split('\n').find((line) => line.trim() !== '') ?? '';
}
