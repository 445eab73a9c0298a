import { readPage, type PageFile } from './read-page.js';

/** Put in by build.mjs: the release has its page inside. */
declare const ROUTEVANE_PAGE: Readonly<Record<string, PageFile>> | undefined;

/** The dashboard: every file of it by its path, `/` among them. It holds no data. */
export function pageFiles(): ReadonlyMap<string, PageFile> {
  const files = typeof ROUTEVANE_PAGE === 'undefined' ? readPage() : ROUTEVANE_PAGE;
  return new Map(Object.entries(files));
}
