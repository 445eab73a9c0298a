import { isUser } from './keepalived-check.ts';
import type { Imported, InputProblem, Note } from './draft.ts';
import { leftOut } from './keepalived-hints.ts';
import { linesOf, type Surroundings } from './keepalived-lines.ts';
import { inOrder, servicesOf, type Made } from './keepalived-service.ts';
import {
  all,
  nameOf,
  noteAt,
  parseTree,
  textOf,
  unread,
  valueOf,
  type Statement,
} from './keepalived-tree.ts';
import { Bad } from './keepalived-virtual.ts';
import { routesOf } from './routes-of.ts';

/** One file alone, for no config-id. */
const alone: Surroundings = { configId: null, file: undefined, files: null };

/** keepalived's configuration → ours: virtual servers, real servers, checks, quorums. */
export function fromKeepalived(text: string, surroundings: Surroundings = alone): Imported {
  const { lines, notes: lineNotes, problems: lineProblems } = linesOf(text, surroundings);
  const { statements, problems: treeProblems } = parseTree(lines);
  const problems: InputProblem[] = [...lineProblems, ...treeProblems];
  const notes: Note[] = [
    'Before dry_run is set to false, take the checks out of the real_server blocks of keepalived and reload it: ' +
      'two would take turns at the weights. Stopping keepalived, or --vrrp, would empty the table.',
    'Scheduler, forwarding method, persistence and thresholds stay as they are in the IPVS table.',
    ...lineNotes,
  ];
  const made: Made[] = [];
  const bad: InputProblem[] = [];
  for (const statement of all(statements, 'virtual_server')) {
    try {
      for (const each of servicesOf(statement, statements, scriptUserOf(statements), notes)) {
        if (!made.some(({ service }) => service.name === each.service.name)) made.push(each);
        else notes.push(noteAt(statement, `${each.service.name} is here twice: the first counts`));
      }
    } catch (error) {
      if (!(error instanceof Bad)) throw error;
      const { line, column, file } = error.word;
      bad.push({ line, column, message: error.message, ...(file === null ? {} : { file }) });
      const isElsewhere = statement.words[0]?.line !== line;
      if (isElsewhere)
        notes.push(noteAt(statement, `${textOf(statement)}: left out, see line ${line}`));
    }
  }
  if (made.length === 0 && problems.length + bad.length > 0) {
    return { ok: false, problems: [...problems, ...bad] };
  }
  notes.push(
    ...problems.map((problem) => placed(problem, '')),
    ...bad.map((problem) => placed(problem, 'its virtual_server is left out: ')),
    ...unread(statements.filter((each) => nameOf(each) !== 'virtual_server')).map(leftOut),
  );
  if (made.length === 0) notes.push('No virtual_server is in it: there is nothing to import.');
  const services = made.map(({ service }) => service);
  const vips = made.flatMap(({ vip, service }) =>
    vip === null ? [] : [{ vip, name: service.name }],
  );
  return { ok: true, draft: { services, routes: routesOf(vips), notes: inOrder(notes) } };
}

function placed({ line, message, file }: InputProblem, before: string): Note {
  return { line, text: `${before}${message}`, ...(file === undefined ? {} : { file }) };
}

/** Who runs scripts that name nobody. */
function scriptUserOf(statements: readonly Statement[]): string | null {
  for (const globals of all(statements, 'global_defs')) {
    const said = globals.block.findLast((each) => nameOf(each) === 'script_user');
    if (!isUser(said?.words[1]?.text ?? '')) continue;
    const user = valueOf(globals.block, 'script_user') ?? null;
    globals.taken = Math.max(globals.taken, 1);
    return user;
  }
  return null;
}
