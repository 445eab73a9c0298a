import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const sources = new URL('../src/', import.meta.url);

/** The page has words of its own, the importer those of keepalived, the client its own README. */
const others = /^(?:admin\/page|cli\/import|ovsdb-client)\//u;

/** What operators had to puzzle over, and what to write instead. */
const obscure: readonly (readonly [form: RegExp, instead: string])[] = [
  [/(?<!\bthere )\b(?:is|are) (?:no|none)\b(?! (?:longer|other))/u, '"is not a …"'],
  [/\bit (?:threw|said|says|told|tells|ended|called|kept)\b/u, 'the subject: "the plugin threw …"'],
  [/\b(?:said|says|told|tells|speaks)\b/u, 'what it did: printed, logged, reported, sent'],
  [/\b(?:nobody|anew|rubbish|nonsense|thrown away|by itself)\b/iu, 'who does what'],
  [
    /\bnone of ours\b|\bby its own word\b|\bmakes no sense\b/u,
    'what is wrong, in terms of networking',
  ],
];

test('messages say in plain words who does what', () => {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /(?<!\.d)\.ts$/u.test(file) && !others.test(file),
  );
  assert.deepEqual(
    files.flatMap((file) =>
      messagesIn(readFileSync(new URL(file, sources), 'utf8')).flatMap((message) =>
        obscure.flatMap(([form, instead]) =>
          form.test(message) ? [`${file}: ${message}: write ${instead}`] : [],
        ),
      ),
    ),
    [],
  );
});

/** Quoted text of more than one word; errors that only a bug can cause are for developers. */
function messagesIn(text: string): readonly string[] {
  return [...text.replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gmu, '').matchAll(/'[^'\n]+'|`[^`]+`/gu)]
    .map(([message]) => message.replaceAll(/\$\{[^}]*\}/gu, 'X'))
    .filter((message) => / /u.test(message) && !/^.bug: /u.test(message));
}
