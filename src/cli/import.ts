import { hostname } from 'node:os';
import { withoutControls } from '../protocol/printable.ts';
import { exitCode, UsageError, type Command } from './command.ts';
import { noteText, type Imported, type Note } from './import/draft.ts';
import { configReader } from './import/config-reader.ts';
import { fromHealthcheck } from './import/from-healthcheck.ts';
import { fromIpvs } from './import/from-ipvs.ts';
import { fromKeepalived } from './import/from-keepalived.ts';
import { localFiles } from './import/keepalived-files.ts';
import { withPaceHints } from './import/pace-hints.ts';
import { readInput, type Input } from './import/read-input.ts';
import { readLiveTable } from './import/read-live-table.ts';
import { writeYaml } from './import/write-yaml.ts';

type Convert = (text: string, file: string | undefined, configId: string) => Imported;

const kinds: Readonly<Record<string, Convert>> = {
  ipvs: fromIpvs,
  keepalived: (text, file, configId) => fromKeepalived(text, { configId, file, files: localFiles }),
  'exabgp-healthcheck': (text, file) => fromHealthcheck(text, configReader(file)),
};

/** `routevane import`: a configuration on stdout, and on stderr what could not be carried over. */
export const importer: Command = {
  name: 'import',
  usage: `${Object.keys(kinds).join('|')} [FILE] [--config-id ID]`,
  does: 'prints a configuration made from what is there; without FILE from the live table',
  example: 'routevane import ipvs > routevane.yaml',
  options: { 'config-id': { type: 'string' } },
  words: [1, 2],
  async run(options, [kind = '', file]) {
    const convert = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
    if (convert === undefined) {
      throw new UsageError(`import: expected one of ${Object.keys(kinds).join(', ')}`);
    }
    const { 'config-id': id } = options;
    // As keepalived takes it where it starts without -i.
    const configId = typeof id === 'string' ? id : (hostname().split('.')[0] ?? '');
    if (typeof id === 'string' && kind !== 'keepalived') {
      throw new UsageError(`import ${kind}: --config-id is for keepalived only`);
    }
    return print(convert, kind, file, configId);
  },
};

async function print(
  convert: Convert,
  kind: string,
  file: string | undefined,
  configId: string,
): Promise<number> {
  const from = file ?? 'the live table';
  const input = await inputOf(kind, file);
  if (!input.ok) return complain(`${from}: ${input.reason}\n`);
  const imported = convert(input.text, file, configId);
  if (!imported.ok) {
    return complain(
      imported.problems
        .map(
          ({ line, column, message, file: other = from }) =>
            `${other}:${line}:${column}: ${withoutControls(message)}\n`,
        )
        .join(''),
    );
  }
  const draft = withPaceHints(imported.draft);
  const notes = [
    ...draft.notes,
    ...[...(draft.signals ?? []), ...draft.services, ...draft.routes].flatMap((each) => each.notes),
  ];
  process.stderr.write(notes.map((note) => `${placed(note, from)}\n`).join(''));
  process.stdout.write(writeYaml(draft, file === undefined ? 'the live IPVS table' : file));
  return exitCode.ok;
}

/** `FILE:12: text`, as a compiler has it. */
function placed(note: Note, from: string): string {
  if (typeof note === 'string') return `${from}: ${withoutControls(note)}`;
  return `${withoutControls(note.file ?? from)}:${withoutControls(noteText(note))}`;
}

async function inputOf(kind: string, file: string | undefined): Promise<Input> {
  if (file !== undefined) return readInput(file);
  if (kind === 'ipvs') return readLiveTable();
  throw new UsageError(`import ${kind}: FILE is missing ("-" is stdin)`);
}

function complain(text: string): number {
  process.stderr.write(text);
  return exitCode.failure;
}
