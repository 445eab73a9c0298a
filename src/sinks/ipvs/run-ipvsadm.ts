import { spawn, type ChildProcess } from 'node:child_process';
import { TableError } from './table-access.ts';
import { NEEDS_CAPABILITY, NO_IPVS } from './errno.ts';

/** Ten thousand changes took ten seconds in the slowest kernel measured. */
const RUN_TIMEOUT_MS = 30_000;
/** A table of 100,000 real servers. */
const OUTPUT_MAX_BYTES = 16 * 1024 * 1024;

const NO_IPVSADM =
  'the program ipvsadm is not installed: install the package ipvsadm, or set `outputs: { ipvs: { via: netlink } }`';

/** Instead of an exit code, where a signal ended it. */
const SIGNALLED = -1;

/** How ipvsadm ended. */
export interface IpvsadmResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One run of ipvsadm, which can be killed. */
export interface IpvsadmRun {
  /** Rejects with a `TableError` where it could not run to its end, or found no IPVS. */
  readonly result: Promise<IpvsadmResult>;
  /** Kills it; harmless when it ended. */
  kill(): void;
}

/**
 * Runs ipvsadm without a shell, as the leader of a process group of its own. A signal to our whole
 * process group may hit a child that was just forked: then ipvsadm runs again, once.
 */
export function runIpvsadm(
  args: readonly string[],
  input: string,
  program = 'ipvsadm',
): IpvsadmRun {
  let isKilled = false;
  let run = start(args, input, program);
  const again = async (): Promise<IpvsadmResult> => {
    const ran = await run.result;
    if (ran.code !== SIGNALLED || isKilled) return ran;
    run = start(args, input, program);
    return run.result;
  };
  const result = again().then((last) => {
    if (last.code === SIGNALLED) throw new TableError('failed', 'ipvsadm was killed by a signal');
    return last;
  });
  const kill = (): void => {
    isKilled = true;
    run.kill();
  };
  return { result, kill };
}

function start(args: readonly string[], input: string, program: string): IpvsadmRun {
  const child = spawn(program, args, {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    // It is installed in sbin, and its messages are compared.
    env: { PATH: '/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' },
  });
  const kill = (): void => killGroup(child);
  return { result: ended(child, input, kill), kill };
}

async function ended(child: ChildProcess, input: string, kill: () => void): Promise<IpvsadmResult> {
  const output = { stdout: '', stderr: '' };
  let givenUpBecause: string | null = null;
  const giveUp = (reason: string): void => {
    givenUpBecause ??= reason;
    kill();
  };
  const timer = setTimeout(
    () => giveUp(`ipvsadm did not end in ${RUN_TIMEOUT_MS / 1000} s`),
    RUN_TIMEOUT_MS,
  );
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      if (output[name].length + text.length > OUTPUT_MAX_BYTES)
        giveUp(`ipvsadm printed more than ${OUTPUT_MAX_BYTES} bytes`);
      else output[name] += text;
    });
  }
  // It may end before it has read everything; its exit code shows why.
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return checked({ code: code ?? SIGNALLED, ...output }, givenUpBecause);
  } catch (error) {
    throw failure(error);
  } finally {
    clearTimeout(timer);
  }
}

function checked(ran: IpvsadmResult, givenUpBecause: string | null): IpvsadmResult {
  if (givenUpBecause !== null) throw new TableError('failed', givenUpBecause);
  if (!ran.stderr.includes("Can't initialize ipvs")) return ran;
  throw ran.stderr.includes('Permission denied')
    ? new TableError('no_permission', NEEDS_CAPABILITY)
    : new TableError('no_ipvs', NO_IPVS);
}

function failure(error: unknown): TableError {
  if (error instanceof TableError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return code === 'ENOENT'
    ? new TableError('no_ipvsadm', NO_IPVSADM)
    : new TableError('failed', `ipvsadm cannot be started (${code})`);
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
