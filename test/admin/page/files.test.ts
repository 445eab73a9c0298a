import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { describe, test } from 'node:test';
import { pageFiles } from '../../../src/admin/page-files.ts';

const files = pageFiles();
const ours = [...files].filter(([path]) => !path.includes('/vendor/'));
const imports = /^import .*?from '([^']+)';|^\} from '([^']+)';/gmu;

/** What the page once said instead of healthy, cause, no changes, announces and maximum. */
const homely =
  /\bwell\b|\bcalm|at the root|for the worse|\bquiet\b|tells? |as it is|was seen of|all the same|took too long|What you see/u;

describe('the files of the page', () => {
  test('have a type each, and none of them is a part of the tool chain', () => {
    for (const [path, { type, body }] of files) {
      assert.match(type, /^(text\/(html|css|javascript); charset=utf-8|image\/svg\+xml)$/u, path);
      assert.ok(body.length > 0, path);
      assert.doesNotMatch(path, /\.d\.ts$|tsconfig/u);
    }
  });

  test('import and link nothing that is not served with them', () => {
    for (const [path, { body }] of ours) {
      for (const [, one, other] of body.matchAll(imports)) {
        const target = posix.resolve(posix.dirname(path), one ?? other ?? '');
        assert.ok(files.has(target), `${path} imports ${target}`);
      }
    }
    const page = files.get('/')?.body ?? '';
    for (const [, link] of page.matchAll(/(?:src|href)="([^"]+)"/gu)) {
      assert.ok(files.has(`/${link}`), `index.html links ${link}`);
    }
  });

  test('hold nothing that the content security policy refuses, and no HTML that is made of text', () => {
    const page = files.get('/')?.body ?? '';
    assert.doesNotMatch(page, /<script(?![^>]*src=)|<style|\son\w+=|\sstyle=/u);
    for (const [path, { body }] of ours) {
      assert.doesNotMatch(body, /innerHTML|outerHTML|insertAdjacentHTML|document\.write/u, path);
      assert.doesNotMatch(body, /\beval\(|new Function|dangerouslySetInnerHTML/u, path);
    }
  });

  test('speak in the words of the field', () => {
    for (const [path, { body }] of ours.filter(([each]) => !each.endsWith('.css'))) {
      const visible = body.replaceAll(/\/\*\*?[\s\S]*?\*\/|^ *\/\/.*$/gmu, '');
      assert.doesNotMatch(visible, homely, path);
    }
  });

  test('name no address but that of the SVG name space', () => {
    for (const [path, { body }] of ours) {
      const addresses = body.match(/https?:\/\/[^\s"'`]+/gu) ?? [];
      assert.deepEqual(
        addresses.filter((address) => address !== 'http://www.w3.org/2000/svg'),
        [],
        path,
      );
    }
  });
});
