import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

function linesOf(name: string): string[] {
  const text = readFileSync(new URL(`../../systemd/${name}`, import.meta.url), 'utf8');
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe("under ExaBGP as ExaBGP's own user", () => {
  test('the drop-in makes the folders of the samples, beside those of its unit', () => {
    assert.deepEqual(linesOf('exabgp-routevane.conf'), [
      '[Service]',
      'RuntimeDirectory=routevane',
      'RuntimeDirectoryPreserve=yes',
      'StateDirectory=routevane',
    ]);
  });

  test('a later run of systemd-tmpfiles does not take them back', () => {
    const lines = linesOf('routevane.tmpfiles.conf');
    assert.equal(lines.length, 2);
    for (const line of lines) assert.match(line, /^d \/run\/routevane\S* :0755 :root :root -$/u);
  });
});
