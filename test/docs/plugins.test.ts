import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { blocks, part } from './markdown.ts';
import { lines, typed, withoutSeconds, workshop } from './workshop.ts';

test('"Write a plugin" holds, line by line', () => {
  const folder = workshop();
  try {
    let printed = '';
    const kinds = new Set<string>();
    for (const { language, text } of blocks(part('docs/plugins.md', '## Write a plugin'))) {
      kinds.add(language);
      const [, file] = /^(?:\/\/|#) (\S+\.(?:ts|yaml))\n/.exec(text) ?? [];
      if (file !== undefined) writeFileSync(join(folder, file), text);
      else if (language === '') assert.equal(withoutSeconds(printed), withoutSeconds(text));
      else {
        assert.equal(language, 'sh', text);
        printed = lines(text)
          .map((line) => typed(line, folder))
          .join('');
      }
    }
    assert.deepEqual([...kinds].toSorted(), ['', 'sh', 'ts', 'yaml']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
