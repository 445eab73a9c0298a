import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What ExaBGP's `run` line starts, seen from outside. */
export interface Helper {
  /** The path for the `run` line; null without a helper. */
  readonly runPath: string | null;
  /** Process ids of every start, oldest first. */
  pids(): readonly number[];
  /** Exit codes of every end, oldest first; above 128: killed by a signal. */
  exits(): readonly number[];
  /** All its stderr, over all starts. */
  log(): string;
  /** The lines of it that are complete. */
  logLines(): readonly string[];
  kill(signal: 'SIGTERM' | 'SIGKILL' | 'SIGHUP' | 'SIGINT' | 'SIGSTOP' | 'SIGCONT'): void;
  /** Ends what a killed ExaBGP left behind: a helper ends by itself at EOF, a broken one might not. */
  killIfRunning(): void;
}

/**
 * Writes the script for the `run` line: it keeps the helper's stderr, process ids and
 * exit codes, which ExaBGP would not tell. The helper is a child of the script, because
 * a script that calls exec could not write down the exit code.
 */
export function startHelperFiles(
  home: string,
  command: readonly string[] | null,
  respawn: boolean,
): Helper {
  const path = (name: string): string => join(home, name);
  const numbers = (name: string): number[] =>
    read(path(name))
      .split('\n')
      .filter((line) => line !== '')
      .map(Number);
  if (command !== null) {
    writeFileSync(path('run.sh'), script(path, command, respawn), { mode: 0o755 });
  }
  return {
    runPath: command === null ? null : path('run.sh'),
    pids: () => numbers('pids'),
    exits: () => numbers('exits'),
    log: () => read(path('helper.log')),
    logLines: () => read(path('helper.log')).split('\n').slice(0, -1),
    kill: (signal) => {
      const pid = numbers('pids').at(-1);
      if (pid === undefined) throw new Error('the helper was never started');
      process.kill(pid, signal);
    },
    killIfRunning: () => {
      const pid = numbers('pids').at(-1);
      // An id whose end was written down may be another process's by now.
      if (pid === undefined || numbers('exits').length >= numbers('pids').length) return;
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended just now.
      }
    },
  };
}

function script(
  path: (name: string) => string,
  command: readonly string[],
  respawn: boolean,
): string {
  return `#!/bin/sh
exec 3<&0
${command.map(quoted).join(' ')} <&3 3<&- 2>>${quoted(path('helper.log'))} &
pid=$!
trap 'kill -TERM $pid' TERM
echo $pid >>${quoted(path('pids'))}
while :; do
  wait $pid
  code=$?
  # The trap interrupts the wait; the helper itself may still be draining.
  if [ $code -gt 128 ] && kill -0 $pid 2>/dev/null; then continue; fi
  break
done
echo $code >>${quoted(path('exits'))}
${respawn ? 'exit $code' : 'trap - TERM\nexec cat <&3 >/dev/null'}
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Nothing was written yet.
    return '';
  }
}
