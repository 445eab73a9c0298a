import { exitCode, UsageError, type Command } from './command.ts';
import { noteText, type Imported } from './import/draft.ts';
import { fromHealthcheck } from './import/from-healthcheck.ts';
import { fromIpvs } from './import/from-ipvs.ts';
import { fromKeepalived } from './import/from-keepalived.ts';
import { readInput, type Input } from './import/read-input.ts';
import { readKernel } from './import/read-kernel.ts';
import { writeYaml } from './import/write-yaml.ts';

const kinds: Readonly<Record<string, (text: string) => Imported>> = {
  ipvs: fromIpvs,
  keepalived: fromKeepalived,
  'exabgp-healthcheck': fromHealthcheck,
};

/** `routevane import`: a configuration on stdout, and on stderr what could not be carried over. */
export const importer: Command = {
  name: 'import',
  usage: `${Object.keys(kinds).join('|')} [FILE]`,
  does: 'prints a configuration made from what is there; without FILE from the live table',
  example: 'routevane import ipvs > routevane.yaml',
  options: {},
  words: [1, 2],
  async run(_options, [kind = '', file]) {
    const convert = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
    if (convert === undefined) {
      throw new UsageError(`import: expected one of ${Object.keys(kinds).join(', ')}`);
    }
    return print(convert, kind, file);
  },
};

async function print(
  convert: (text: string) => Imported,
  kind: string,
  file: string | undefined,
): Promise<number> {
  const from = file ?? 'the live table';
  const input = await inputOf(kind, file);
  if (!input.ok) return complain(`${from}: ${input.reason}\n`);
  const imported = convert(input.text);
  if (!imported.ok) {
    return complain(
      imported.problems
        .map(({ line, column, message }) => `${from}:${line}:${column}: ${message}\n`)
        .join(''),
    );
  }
  const { draft } = imported;
  const notes = [
    ...draft.notes,
    ...[...draft.services, ...draft.routes].flatMap((each) => each.notes),
  ];
  process.stderr.write(
    notes
      .map(
        (note) => `${from}${typeof note === 'string' ? ': ' : ':'}${printable(noteText(note))}\n`,
      )
      .join(''),
  );
  process.stdout.write(writeYaml(draft, file === undefined ? 'the live IPVS table' : file));
  return exitCode.ok;
}

async function inputOf(kind: string, file: string | undefined): Promise<Input> {
  if (file !== undefined) return readInput(file);
  if (kind === 'ipvs') return readKernel();
  throw new UsageError(`import ${kind}: FILE is missing ("-" is stdin)`);
}

function complain(text: string): number {
  process.stderr.write(text);
  return exitCode.failure;
}

function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, '?');
}
