import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { IncludeFiles } from '../../../src/cli/import/keepalived-files.ts';
import { read } from './keepalived-reading.ts';

interface Directive {
  readonly place: string;
  /** A line that can stand there. */
  readonly line: string;
  readonly name: string;
}

const directives: readonly Directive[] = textOf('../../fixtures/import/keepalived-directives.txt')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [place = '', text = ''] = line.split('\t');
    return { place, line: text, name: nameOf(text) };
  });

/** Place, name and fate of each row of the tables. */
const [keepalivedPart = ''] = textOf('../../../docs/migrating.md').split('## From ExaBGP');
const documented = rowsOf(keepalivedPart);

function textOf(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

function nameOf(line: string): string {
  const [first = ''] = line.split(/[ (=]/u);
  if (first.startsWith('@')) return '@ID';
  if (first.startsWith('$')) return '$NAME';
  return /^\d/u.test(first) ? 'ADDRESS' : first;
}

function rowsOf(page: string): Map<string, string> {
  const rows = new Map<string, string>();
  let place = '';
  for (const line of page.split('\n')) {
    place = /^### (.*)$/u.exec(line)?.[1] ?? place;
    const [, name, fate = ''] = /^\| `([^`]+)` *\| ([a-z ]+?) *\|/u.exec(line) ?? [];
    if (name !== undefined) rows.set(keyOf(place, name), fate);
  }
  return rows;
}

function keyOf(place: string, name: string): string {
  return `${place.replace(/^The /u, '').replace(/^Every/u, 'every')} ${name}`;
}

const files: IncludeFiles = { match: () => ['other.conf'], read: () => ({ ok: true, text: '' }) };

/** The least that a block needs. */
const blocks: Readonly<Record<string, string>> = {
  virtual_server: '{\nprotocol TCP\nreal_server 10.0.0.9 80 { TCP_CHECK { } }\n}',
  virtual_server_group: '{ 192.0.2.77 80 }',
  real_server: '{ TCP_CHECK { } }',
  HTTP_GET: '{ url { } }',
  SSL_GET: '{ url { } }',
  MISC_CHECK: '{ misc_path "/bin/x" }',
};

/** A file with the directive in its place; nothing else in it is named, nor on its line. */
function fileWith({ place, line, name }: Directive): string {
  const text = line.replace('{ … }', blocks[name] ?? '{ }');
  const protocol = name === 'protocol' ? '' : `protocol ${place === 'UDP_CHECK' ? 'UDP' : 'TCP'}\n`;
  const host = name === 'virtualhost' ? '' : 'virtualhost v.example\n';
  const one = (block: string): string => `virtual_server 192.0.2.1 80 {\n${protocol}${block}\n}\n`;
  const server = (block: string): string => one(`real_server 10.0.0.1 80 {\n${host}${block}\n}`);
  const http = 'HTTP_GET { url { } }';
  const isChecker = /_CHECK|_GET/u.test(line);
  const isRegex = name === 'regex' || !name.startsWith('regex');
  const group =
    'virtual_server group G { protocol TCP\nreal_server 10.0.0.1 80 { TCP_CHECK { } } }\n';
  switch (place) {
    case 'file':
      return `${text}\n${one(`real_server 10.0.0.1 80 { ${http} }`)}${name === 'virtual_server_group' ? group : ''}`;
    case 'virtual_server_group':
      return `virtual_server_group G {\n${text}\n}\n${group}`;
    case 'virtual_server':
      return one(`${text}\nreal_server 10.0.0.1 80 {\n${http}\n}`);
    case 'real_server':
      return server(isChecker ? text : `${http}\n${text}`);
    case 'every checker':
      return server(`TCP_CHECK {\n${text}\n}`);
    case 'HTTP_GET, SSL_GET':
      return server(`SSL_GET {\n${text}\n${name === 'url' ? '' : 'url { }'}\n}`);
    case 'url':
      return server(`HTTP_GET { url {\n${text}\n${isRegex ? '' : 'regex "ok"'}\n} }`);
    case 'MISC_CHECK':
      return server(
        `MISC_CHECK {\n${text}\n${name === 'misc_path' ? '' : 'misc_path "/bin/y"'}\n}`,
      );
    case 'BFD_CHECK':
    case 'FILE_CHECK':
      return server(`${place} { ${text} }`);
    case 'SSL':
      return `SSL { ${text} }\n${server(http)}`;
    default:
      return server(`${place} {\n${text}\n}`);
  }
}

describe('each directive of keepalived', () => {
  test('is in the table, and the table has no others', () => {
    const listed = directives.map(({ place, name }) => keyOf(place, name));
    assert.deepEqual([...documented.keys()].toSorted(), listed.toSorted());
  });

  test('is kept, changed or left out as the table says, and named where it is lost', () => {
    for (const directive of directives) {
      const { place, name, line } = directive;
      const text = `global_defs {\nscript_user u\n}\n${fileWith(directive)}`;
      const fate = documented.get(keyOf(place, name));
      const [shown = ''] = line.split(' {');
      const at = text.split('\n').findIndex((each, index) => index > 2 && each.includes(shown)) + 1;
      const { notes } = read(text, 'lb-a', files);
      const named = notes.filter((note) => note.startsWith(`${at}: `));
      if (fate === 'kept') assert.deepEqual(named, [], `${place}: ${line}`);
      if (fate === 'left out') {
        assert.ok(
          named.some((note) => note.includes('left out')),
          `${place}: ${line}: ${notes.join('\n')}`,
        );
      }
      assert.ok(fate === 'kept' || fate === 'changed' || fate === 'left out', fate);
    }
  });

  test('is in the list where the manual page of this machine has it', () => {
    const page = '/usr/share/man/man5/keepalived.conf.5.gz';
    if (!existsSync(page)) return;
    const [, part = ''] =
      /\n\.SH LVS CONFIGURATION\n([\s\S]*?)\n\.SH ADVANCED CONFIGURATION/u.exec(
        gunzipSync(readFileSync(page)).toString('utf8'),
      ) ?? [];
    const inPage = [...part.matchAll(/^ +\\fB([A-Z_a-z][\w-]*)/gmu)].map(([, name = '']) => name);
    assert.ok(inPage.length > 80, `${inPage.length}`);
    const listed = new Set(directives.map(({ name }) => name));
    const missing = inPage.filter((name) => !listed.has(name) && name !== 'group');
    assert.deepEqual([...new Set(missing)], []);
  });
});
