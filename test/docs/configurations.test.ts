import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../../src/config/read.ts';
import { blocks, documents, read } from './markdown.ts';

for (const document of documents()) {
  const configurations = blocks(read(document)).filter(({ language }) => language === 'yaml');
  if (configurations.length === 0) continue;
  test(`every configuration in ${document} is accepted without a warning`, () => {
    for (const { text } of configurations) {
      const result = readConfig({
        file: document,
        bytes: Buffer.from(text),
        folder: '/',
        hostname: 'lb-a',
      });
      assert.deepEqual(result.ok ? result.warnings : result.problems, [], text);
      assert.deepEqual(result.ok ? result.later : [], [], text);
    }
  });
}
