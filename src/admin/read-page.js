/**
 * The page's files and the two libraries it uses, from the disk. Plain JavaScript, because
 * build.mjs runs it, too: the release has all of it inside its one file.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @typedef {{ readonly type: string, readonly body: string }} PageFile */

/** @type {Readonly<Record<string, string>>} by ending; what has none of them is not served */
const types = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** @returns {Record<string, PageFile>} by path */
export function readPage() {
  const folder = new URL('page/', import.meta.url);
  /** @type {Record<string, PageFile>} */
  const files = {
    '/page/vendor/preact.js': file(import.meta.resolve('htm/preact/standalone')),
    '/page/vendor/uplot.js': file(import.meta.resolve('uplot/dist/uPlot.iife.min.js')),
    '/page/vendor/uplot.css': file(import.meta.resolve('uplot/dist/uPlot.min.css')),
  };
  for (const name of readdirSync(folder)) {
    if (types[endingOf(name)] === undefined) continue;
    files[name === 'index.html' ? '/' : `/page/${name}`] = file(new URL(name, folder).href);
  }
  return files;
}

/**
 * @param {string} url
 * @returns {PageFile}
 */
function file(url) {
  const type = types[endingOf(url)] ?? '';
  return { type, body: readFileSync(fileURLToPath(url), 'utf8') };
}

/** @param {string} name */
function endingOf(name) {
  return name.slice(name.lastIndexOf('.') + 1);
}
