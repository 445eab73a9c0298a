import assert from 'node:assert/strict';
import { noteText, type Note } from '../../../src/cli/import/draft.ts';
import { fromKeepalived } from '../../../src/cli/import/from-keepalived.ts';
import type { IncludeFiles } from '../../../src/cli/import/keepalived-files.ts';
import { withPaceHints } from '../../../src/cli/import/pace-hints.ts';
import { writeYaml } from '../../../src/cli/import/write-yaml.ts';
import type { Config } from '../../../src/model/config.ts';
import { accepted } from '../../config/read.ts';

export interface Reading {
  readonly config: Config;
  readonly yaml: string;
  /** Each as `LINE: text` or `FILE:LINE: text`; without those that every import has. */
  readonly notes: readonly string[];
}

/** What an import makes of a file, which `check` accepts. */
export function read(
  text: string,
  configId: string | null = null,
  files: IncludeFiles | null = null,
): Reading {
  const result = fromKeepalived(text, { configId, file: 'keepalived.conf', files });
  assert.ok(result.ok, JSON.stringify(result));
  const draft = withPaceHints(result.draft);
  const yaml = writeYaml(draft, 'keepalived.conf');
  const notes = [draft, ...draft.services, ...draft.routes].flatMap((each) => each.notes);
  return { config: accepted(yaml).config, yaml, notes: notes.slice(2).map(placed) };
}

function placed(note: Note): string {
  const file = typeof note === 'string' ? undefined : note.file;
  return `${file === undefined ? '' : `${file}:`}${noteText(note)}`;
}

/** One real server with this in its block, behind one address. */
export function server(block: string, protocol = 'TCP'): string {
  return `virtual_server 192.0.2.1 80 {
 protocol ${protocol}
 real_server 10.0.0.1 80 {
${block}
 }
}
`;
}

/** Addresses of the real servers, service by service. */
export function addressesOf({ config }: Reading): string[][] {
  return config.services.map(({ realServers }) => realServers.map(({ address }) => address));
}
