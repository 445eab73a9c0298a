import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Note } from '../../../src/cli/import/draft.ts';
import { fromKeepalived } from '../../../src/cli/import/from-keepalived.ts';
import { ofTheTable } from '../../../src/cli/import/keepalived-hints.ts';
import { writeYaml } from '../../../src/cli/import/write-yaml.ts';
import { linesOf, readText } from '../../config/read.ts';

const folder = new URL('../../fixtures/import/', import.meta.url);
const samples = readdirSync(folder)
  .filter((name) => name.endsWith('.conf'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));
const directives = readFileSync(new URL('keepalived-directives.txt', folder), 'utf8')
  .split('\n')
  .filter((line) => line.includes('\t'))
  .map((line) => line.split('\t')[1] ?? '');

/** A configuration that `check` accepts, or problems with their places; the notes of it. */
function notesOf(text: string): readonly Note[] | null {
  const result = fromKeepalived(text, { configId: 'main', file: undefined, files: null });
  if (!result.ok) {
    assert.ok(result.problems.length > 0, 'refused without a problem');
    const count = text.split('\n').length;
    for (const { line, column, message } of result.problems) {
      assert.ok(line >= 1 && line <= count && column >= 1, `${line}:${column} of ${count} lines`);
      assert.notEqual(message, '');
    }
    return null;
  }
  const yaml = writeYaml(result.draft, 'keepalived.conf');
  assert.deepEqual(linesOf(readText(yaml)), [], yaml);
  const { draft } = result;
  return [draft, ...draft.services, ...draft.routes].flatMap((each) => each.notes);
}

/** Marks of the syntax, and words that are nearly right. */
const marks =
  '{|}|}|\n|\n|"|\'|\\|!|#|@main |@^main |@x |$A=|$A|${A}|~SEQ(A,1,3) |~LST(A,1,2) |-1|0|99999|1e3|0.5|-|2001:db8::1|\u0000|\u0007|\ud800|ä|\t|\r| ';
const words = fc.constantFrom(
  ...directives.flatMap((line) => line.split(' ')),
  ...marks.split('|'),
);

test('text with pieces replaced gives a valid configuration or problems with their places', () => {
  const cut = fc.tuple(fc.nat(2_000), fc.nat(30), fc.oneof(words, fc.string({ unit: 'binary' })));
  const cuts = fc.array(cut, { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.constantFrom(...samples), cuts, (sample, changes) => {
      let text = sample;
      for (const [at, length, put] of changes)
        text = text.slice(0, at) + put + text.slice(at + length);
      notesOf(text);
    }),
    { numRuns: 300 },
  );
});

test('so do lines that are shuffled, left out or doubled', () => {
  const lines = samples.flatMap((sample) => sample.split('\n'));
  fc.assert(
    fc.property(
      fc.constantFrom(...samples),
      fc.array(fc.tuple(fc.nat(100), fc.nat(100), fc.nat(lines.length - 1)), { maxLength: 8 }),
      (sample, moves) => {
        const own = sample.split('\n');
        for (const [from, to, other] of moves) {
          own.splice(to, 0, ...own.splice(from, 1), lines[other] ?? '');
        }
        notesOf(own.join('\n'));
      },
    ),
    { numRuns: 300 },
  );
});

test('so do words in any order', () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 60 }), (parts) => {
      notesOf(parts.join(' '));
    }),
    { numRuns: 500 },
  );
});

/** One line, which may open a block. */
interface Part {
  readonly line: string;
  readonly inside: readonly Part[];
}

const filler = fc.constantFrom(...directives.filter((line) => !/^[~$@]|include|\{/u.test(line)));
/** Nobody knows it: it has to be named. */
const unknown = fc.constant<Part>({ line: 'unknown directive', inside: [] });
const leaf = fc.oneof(
  unknown,
  filler.map((line): Part => ({ line, inside: [] })),
  filler
    .filter((line) => !ofTheTable.has(line.split(' ')[0] ?? ''))
    .map((line): Part => ({ line: `${line} unknown`, inside: [] })),
);

function block(heads: readonly string[], inside: fc.Arbitrary<Part>): fc.Arbitrary<Part> {
  const content = fc.array(fc.oneof(leaf, inside), { maxLength: 5 });
  return fc
    .tuple(fc.constantFrom(...heads), content)
    .map(([line, parts]) => ({ line, inside: parts }));
}

const url = block(['url', 'host', 'foo'], leaf);
const checker = block(
  [
    'TCP_CHECK',
    'HTTP_GET',
    'SSL_GET',
    'SMTP_CHECK',
    'DNS_CHECK',
    'UDP_CHECK',
    'MISC_CHECK',
    'BFD_CHECK',
    'x',
  ],
  url,
);
const realServer = block(
  ['real_server 10.0.0.1 80', 'real_server 10.0.0.2', 'real_server x', 'y'],
  checker,
);
const virtualServer = block(
  [
    'virtual_server 192.0.2.1 80',
    'virtual_server 2001:db8::1 53',
    'virtual_server fwmark 7',
    'virtual_server 192.0.2.2',
    'virtual_server group g',
    'virtual_server_group g',
    'vrrp_instance V',
  ],
  realServer,
);

/** Lines with the numbers of the lines around them, their own included. */
function write(
  parts: readonly Part[],
  around: readonly number[],
  lines: string[],
  of: number[][],
): void {
  for (const { line, inside } of parts) {
    const own = lines.length + 1;
    const places = [...around, own];
    lines.push(inside.length > 0 ? `${line} {` : line);
    of.push(places);
    if (inside.length === 0) continue;
    write(inside, places, lines, of);
    lines.push('}');
    of.push([]);
  }
}

test('what nobody knows is named at its line, or with the block around it', () => {
  fc.assert(
    fc.property(fc.array(virtualServer, { minLength: 1, maxLength: 4 }), (parts) => {
      const lines: string[] = [];
      const of: number[][] = [];
      write(parts, [], lines, of);
      const notes = notesOf(lines.join('\n'));
      if (notes === null) return;
      const named = new Set(notes.map((note) => (typeof note === 'string' ? 0 : note.line)));
      for (const [index, line] of lines.entries()) {
        if (!line.includes('unknown')) continue;
        const isNamed = of[index]?.some((each) => named.has(each)) ?? false;
        assert.ok(isNamed, `line ${index + 1} of\n${lines.join('\n')}\n${JSON.stringify(notes)}`);
      }
    }),
    { numRuns: 500 },
  );
});
