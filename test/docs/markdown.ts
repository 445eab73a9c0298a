import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A fenced block. */
export interface Block {
  readonly language: string;
  readonly text: string;
}

/** What operators read, relative to the root: the files of the root, of docs and of the OVSDB client. */
export function documents(): readonly string[] {
  const folders = ['.', 'docs', 'config', 'src/ovsdb-client'];
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  );
}

export function read(document: string): string {
  return readFileSync(join(root, document), 'utf8');
}

/** The part below a heading, up to the next heading of its level. */
export function part(document: string, heading: string): string {
  const [, after] = read(document).split(`\n${heading}\n`);
  assert.ok(after !== undefined, `${document} has no part "${heading}"`);
  const [marks = '#'] = heading.split(' ');
  const [below = ''] = after.split(`\n${marks} `);
  return below;
}

/** The fenced blocks of a text, in their order. */
export function blocks(text: string): readonly Block[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', block = '']) => ({
    language,
    text: block,
  }));
}

/** The only block of this language in a part of the README. */
export function readmeBlock(heading: string, language: string): string {
  const [block, ...others] = blocks(part('README.md', heading)).filter(
    (each) => each.language === language,
  );
  assert.ok(block !== undefined && others.length === 0, `one ${language} block in "${heading}"`);
  return block.text;
}
