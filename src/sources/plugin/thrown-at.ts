import { basename, dirname } from 'node:path';

/** A line of a stack: the file (a path or a URL, with a query where tsx loaded it) and the line. */
const FRAME = /(?:file:\/\/)?(\/[^()\s?]+?)(?:\?[^():\s]*)?:(\d+):\d+\)?$/u;

/** ` (queue.ts:12)`: where in the plugin's own files it was thrown; empty where that is not known. */
export function thrownAt(error: unknown, module: string): string {
  const root = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(root instanceof Error)) return '';
  for (const line of (root.stack ?? '').split('\n')) {
    const [, path = '', at = ''] = FRAME.exec(line.trim()) ?? [];
    if (path !== '' && isOf(path, module)) return ` (${basename(path)}:${at})`;
  }
  return '';
}

function isOf(path: string, module: string): boolean {
  if (module.startsWith('/')) {
    const folder = `${dirname(module)}/`;
    return path.startsWith(folder) && !path.slice(folder.length).includes('node_modules/');
  }
  return path.includes(`/node_modules/${module}/`);
}
