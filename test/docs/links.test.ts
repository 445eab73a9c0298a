import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { documents, read, root } from './markdown.ts';

/** A link or picture `[text](target)`, and a reference `[name]: target`. */
const LINK = /\]\(([^()\s]+)\)|^\[[^\]]+\]: (\S+)$/gmu;

/** Text in code is no link. */
function prose(document: string): string {
  return read(document)
    .replaceAll(/^ *```.*?^ *```$/gms, '')
    .replaceAll(/`[^`\n]*`/gu, (code) => code.replaceAll(/[[\]()]/gu, ''));
}

/** The relative links of a document. */
function links(document: string): readonly string[] {
  return [...prose(document).matchAll(LINK)]
    .map(([, inline, reference]) => inline ?? reference ?? '')
    .filter((link) => !/^[a-z]+:/u.test(link));
}

/** The anchors of a document's headings, as GitHub makes them. */
function anchors(document: string): ReadonlySet<string> {
  const headings = [...prose(document).matchAll(/^#+ (.+)$/gmu)].map(([, text = '']) => text);
  return new Set(
    headings.map((text) =>
      text
        .replaceAll(/\]\([^)]*\)/gu, '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** What is wrong with a relative link; `null`: it resolves. */
function fault(document: string, link: string): string | null {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? document : normalize(join(dirname(document), path));
  if (!existsSync(join(root, target))) return `${document}: ${link}: ${target} does not exist`;
  if (anchor === undefined || anchors(target).has(anchor)) return null;
  return `${document}: ${link}: ${target} has no heading for #${anchor}`;
}

test('every relative link between documents resolves, with its anchor', () => {
  const faults = documents().flatMap((document) =>
    links(document).flatMap((link) => fault(document, link) ?? []),
  );
  assert.deepEqual(faults, []);
});

test('what the documents of the package link to is in the package', () => {
  const { files }: { files?: unknown } = Object(JSON.parse(read('package.json')));
  assert.ok(Array.isArray(files));
  const inPackage = (path: string): boolean =>
    files.some((file) => path === file || path.startsWith(`${file}/`));
  const missing = documents()
    .filter((document) => inPackage(document))
    .flatMap((document) =>
      links(document)
        .filter((link) => !link.startsWith('#'))
        .map((link) => normalize(join(dirname(document), link.split('#')[0] ?? '')))
        .filter((path) => !inPackage(path.replace(/\/$/u, ''))),
    );
  assert.deepEqual([...new Set(missing)], []);
});
