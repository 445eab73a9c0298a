import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { ReadConfig } from '../../../src/cli/import/config-reader.ts';
import { noteText, type Note } from '../../../src/cli/import/draft.ts';
import { fromHealthcheck } from '../../../src/cli/import/from-healthcheck.ts';
import { writeYaml } from '../../../src/cli/import/write-yaml.ts';
import type { Config } from '../../../src/model/config.ts';
import { accepted } from '../../config/read.ts';

interface Result {
  readonly config: Config;
  readonly yaml: string;
  /** Each as on stderr, behind the name of its file. */
  readonly notes: readonly string[];
}

export function imported(text: string, readConfig?: ReadConfig): Result {
  const result = fromHealthcheck(text, readConfig);
  assert.ok(result.ok, JSON.stringify(result));
  const { draft } = result;
  const yaml = writeYaml(draft, 'exabgp.conf');
  const parts = [...(draft.signals ?? []), ...draft.services, ...draft.routes];
  const notes = [...draft.notes, ...parts.flatMap((part) => part.notes)].map(textOf);
  return { config: accepted(yaml).config, yaml, notes };
}

function textOf(note: Note): string {
  const file = typeof note === 'string' || note.file === undefined ? '' : `${note.file}:`;
  return `${file}${noteText(note)}`;
}

/** A process with these arguments; what all of them need is there. */
export function withOptions(options: string, readConfig?: ReadConfig): Result {
  const base = '--cmd true --ip 192.0.2.1 --withdraw-on-down --no-ip-setup';
  return imported(`process a {\n run exabgp healthcheck ${base} ${options};\n}\n`, readConfig);
}

export function fixture(name: string): Result {
  const path = `../../fixtures/import/healthcheck-${name}.conf`;
  return imported(readFileSync(new URL(path, import.meta.url), 'utf8'));
}

export function routesOf({ config }: Result): unknown[] {
  return config.routes.map(({ key, attributes }) => [key, attributes.nextHop, attributes.med]);
}
