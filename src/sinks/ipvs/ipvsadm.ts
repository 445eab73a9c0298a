import { ipvsadmLine } from '../../protocol/ipvs/line.ts';
import { parseHeading, parseListed, withCounts } from '../../protocol/ipvs/listed.ts';
import type { IpvsInfo } from '../../protocol/ipvs/replies.ts';
import { parseSaved } from '../../protocol/ipvs/saved.ts';
import type { ChangeResult, TableChange, TableService } from '../../protocol/ipvs/table.ts';
import { TableError, type TableAccess } from './access.ts';
import { runIpvsadm, type Ran, type RunIpvsadm } from './ipvsadm-run.ts';
import { changeResults } from './change-results.ts';

const SILENT = { code: 0, stderr: '' };
/** What is told of ipvsadm's own words. */
const REASON_CHARACTERS_MAX = 200;

/**
 * The table through the program ipvsadm: two runs to read it, one `--restore` for all
 * changes of a batch. ipvsadm goes on after a line that the kernel refuses without
 * saying which it was, so after a complaint the table is read and each change is
 * judged by what became of it.
 */
export function ipvsadmAccess(program = 'ipvsadm'): TableAccess & { info(): Promise<IpvsInfo> } {
  const runs = new Set<RunIpvsadm>();
  let isClosed = false;

  const run = async (args: readonly string[], input = ''): Promise<Ran> => {
    if (isClosed) throw new TableError('failed', 'the connection to the IPVS table is closed');
    const started = runIpvsadm(args, input, program);
    runs.add(started);
    try {
      return await started.ran;
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
  run: (args: readonly string[], input: string) => Promise<Ran>,
  dump: () => Promise<readonly TableService[]>,
): Promise<readonly ChangeResult[]> {
  const lines = changes.map((change) => ({ change, line: ipvsadmLine(change) }));
  const valid = lines.filter(({ line }) => line.ok).map(({ change }) => change);
  const input = lines.map(({ line }) => (line.ok ? `${line.line}\n` : '')).join('');
  const { code, stderr } = input === '' ? SILENT : await run(['--restore'], input);
  const judged =
    code === 0 && stderr === '' ? null : changeResults(valid, await dump(), reasonIn(stderr));
  return lines.map(({ change, line }) =>
    line.ok
      ? (judged?.get(change) ?? { ok: true })
      : { ok: false, code: 'refused', reason: line.reason },
  );
}

/** Its first words, in printable ASCII. */
function reasonIn(stderr: string): string {
  const [line = ''] = stderr.trim().split('\n');
  return line.replaceAll(/[^ -~]/g, '?').slice(0, REASON_CHARACTERS_MAX) || 'no reason given';
}
