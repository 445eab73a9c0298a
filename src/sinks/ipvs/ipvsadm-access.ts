import { ipvsadmLine } from '../../protocol/ipvs/ipvsadm-line.ts';
import { parseHeading, parseListed, withCounts } from '../../protocol/ipvs/ipvsadm-list.ts';
import type { IpvsInfo } from '../../protocol/ipvs/replies.ts';
import { printable } from '../../protocol/printable.ts';
import { parseSaved } from '../../protocol/ipvs/ipvsadm-save.ts';
import type { ChangeResult, TableChange, TableService } from '../../protocol/ipvs/table.ts';
import { TableError, type TableAccess } from './table-access.ts';
import { runIpvsadm, type IpvsadmResult, type IpvsadmRun } from './run-ipvsadm.ts';
import { changeResults } from './change-results.ts';

const NOTHING_TO_DO = { code: 0, stderr: '' };
/** Of what ipvsadm prints to stderr, in a reason. */
const REASON_MAX_CHARS = 200;

/**
 * The table through the program ipvsadm: two runs to read it, one `--restore` for all changes of
 * a batch. ipvsadm continues after a line that IPVS refuses, and does not print which it was: after
 * an error the table is read again, and shows which changes were made.
 */
export function ipvsadmAccess(program = 'ipvsadm'): TableAccess & { info(): Promise<IpvsInfo> } {
  const runs = new Set<IpvsadmRun>();
  let isClosed = false;

  const run = async (args: readonly string[], input = ''): Promise<IpvsadmResult> => {
    if (isClosed) throw new TableError('failed', 'the connection to the IPVS table is closed');
    const started = runIpvsadm(args, input, program);
    runs.add(started);
    try {
      return await started.result;
    } finally {
      runs.delete(started);
    }
  };
  const read = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(args);
    if (code === 0) return stdout;
    throw new TableError('failed', `ipvsadm ${args.join(' ')} failed: ${reasonIn(stderr)}`);
  };
  const dump = async (): Promise<readonly TableService[]> => {
    const { services } = parseSaved(await read('-Sn'));
    return withCounts(services, parseListed(await read('-Ln', '--thresholds')));
  };

  return {
    via: 'ipvsadm',
    dump,
    apply: async (changes) => apply(changes, run, dump),
    info: async () => {
      const info = parseHeading(await read('-Ln'));
      if (info === null) throw new TableError('failed', 'ipvsadm -Ln prints no heading');
      return info;
    },
    close: () => {
      isClosed = true;
      for (const each of runs) each.kill();
    },
  };
}

async function apply(
  changes: readonly TableChange[],
  run: (args: readonly string[], input: string) => Promise<IpvsadmResult>,
  dump: () => Promise<readonly TableService[]>,
): Promise<readonly ChangeResult[]> {
  const lines = changes.map((change) => ({ change, line: ipvsadmLine(change) }));
  const valid = lines.filter(({ line }) => line.ok).map(({ change }) => change);
  const input = lines.map(({ line }) => (line.ok ? `${line.line}\n` : '')).join('');
  const { code, stderr } = input === '' ? NOTHING_TO_DO : await run(['--restore'], input);
  const results =
    code === 0 && stderr === '' ? null : changeResults(valid, await dump(), reasonIn(stderr));
  return lines.map(({ change, line }) =>
    line.ok
      ? (results?.get(change) ?? { ok: true })
      : { ok: false, code: 'refused', reason: line.reason },
  );
}

/** The first line, printable. */
function reasonIn(stderr: string): string {
  const [line = ''] = stderr.trim().split('\n');
  return printable(line, REASON_MAX_CHARS) || 'no reason given';
}
