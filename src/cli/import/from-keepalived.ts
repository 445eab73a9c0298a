import { isUser } from './keepalived-check.ts';
import type { Imported, InputProblem, Note } from './draft.ts';
import { leftOut } from './keepalived-hints.ts';
import { keepalivedLines, type LineContext } from './keepalived-lines.ts';
import { inFileOrder, servicesOf, type Made } from './keepalived-service.ts';
import {
  all,
  statementName,
  noteAtStatement,
  parseKeepalived,
  statementText,
  unread,
  statementValue,
  type KeepalivedStatement,
} from './keepalived-tree.ts';
import { Bad } from './keepalived-virtual.ts';
import { routesOf } from './routes-of.ts';

/** One file alone, for no config-id. */
const alone: LineContext = { configId: null, file: undefined, files: null };

/** keepalived's configuration → ours: virtual servers, real servers, checks, quorums. */
export function fromKeepalived(text: string, surroundings: LineContext = alone): Imported {
  const { lines, notes: lineNotes, problems: lineProblems } = keepalivedLines(text, surroundings);
  const { statements, problems: treeProblems } = parseKeepalived(lines);
  const problems: InputProblem[] = [...lineProblems, ...treeProblems];
  const notes: Note[] = [
    'Before dry_run is set to false, take the checks out of the real_server blocks of keepalived and reload it: ' +
      'two would take turns at the weights. Stopping keepalived, or --vrrp, would empty the table.',
    'Scheduler, forwarding method, persistence and thresholds stay as they are in the IPVS table.',
    ...lineNotes,
  ];
  const made: Made[] = [];
  const bad: InputProblem[] = [];
  const names = new Set<string>();
  const groups = all(statements, 'virtual_server_group');
  const user = scriptUserOf(statements);
  for (const statement of all(statements, 'virtual_server')) {
    try {
      for (const each of servicesOf(statement, groups, user, notes)) {
        const { name } = each.service;
        if (names.has(name))
          notes.push(noteAtStatement(statement, `${name} is here twice: the first counts`));
        else made.push(each);
        names.add(name);
      }
    } catch (error) {
      if (!(error instanceof Bad)) throw error;
      const { line, column, file } = error.word;
      bad.push({ line, column, message: error.message, ...(file === null ? {} : { file }) });
      const isElsewhere = statement.words[0]?.line !== line;
      if (isElsewhere)
        notes.push(
          noteAtStatement(statement, `${statementText(statement)}: left out, see line ${line}`),
        );
    }
  }
  if (made.length === 0 && problems.length + bad.length > 0) {
    return { ok: false, problems: [...problems, ...bad] };
  }
  const lost = unread(statements.filter((each) => statementName(each) !== 'virtual_server'));
  const said: Note[] = [
    ...notes,
    ...(made.length === 0 ? ['No virtual_server is in it: there is nothing to import.'] : []),
    ...problems.map((problem) => placed(problem, '')),
    ...bad.map((problem) => placed(problem, 'its virtual_server is left out: ')),
    ...lost.map(leftOut),
  ];
  const services = made.map(({ service }) => service);
  const vips = made.flatMap(({ vip, service }) =>
    vip === null ? [] : [{ vip, name: service.name }],
  );
  return { ok: true, draft: { services, routes: routesOf(vips), notes: inFileOrder(said) } };
}

function placed({ line, message, file }: InputProblem, before: string): Note {
  return { line, text: `${before}${message}`, ...(file === undefined ? {} : { file }) };
}

/** Who runs scripts that name nobody. */
function scriptUserOf(statements: readonly KeepalivedStatement[]): string | null {
  for (const globals of all(statements, 'global_defs')) {
    const said = globals.block.findLast((each) => statementName(each) === 'script_user');
    if (!isUser(said?.words[1]?.text ?? '')) continue;
    const user = statementValue(globals.block, 'script_user') ?? null;
    globals.taken = Math.max(globals.taken, 1);
    return user;
  }
  return null;
}
