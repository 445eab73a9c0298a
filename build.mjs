// The release bundle: starts in a fifth of the time of the sources, because
// nothing is resolved or transpiled at start.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { readPage } from './src/admin/read-page.js';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const executable = 'dist/routevane.js';

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  // Native or loaded only on demand: resolved from node_modules at run time.
  external: ['koffi', 'tsx'],
  legalComments: 'none',
  logLevel: 'warning',
};

const program = {
  ...common,
  format: 'esm',
  define: {
    ROUTEVANE_VERSION: JSON.stringify(version),
    // The dashboard as text: served as it is, without a build step of its own.
    ROUTEVANE_PAGE: JSON.stringify(readPage()),
  },
};

/** What is a file of its own, loaded only when it is needed. */
function beside(filter, path) {
  const setup = (esbuild) => esbuild.onResolve({ filter }, () => ({ path, external: true }));
  return { name: 'beside', setup };
}

// pino and its parts are CommonJS and call require() for built-ins.
const shim =
  'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

// Looks at the version of Node.js before anything is loaded that an old one cannot read.
await build({
  ...program,
  entryPoints: ['src/start.ts'],
  outfile: executable,
  target: 'node12.20',
  banner: { js: '#!/usr/bin/env node' },
  plugins: [beside(/^\.\/routevane\.ts$/, './commands.js')],
});
// What asks a daemon starts without reading the daemon: that is a file of its own.
await build({
  ...program,
  entryPoints: ['src/routevane.ts'],
  outfile: 'dist/commands.js',
  banner: { js: shim },
  plugins: [beside(/^\.\/main\.ts$/, './daemon.js')],
});
await build({
  ...program,
  entryPoints: ['src/main.ts'],
  outfile: 'dist/daemon.js',
  banner: { js: shim },
});
chmodSync(executable, 0o755);

// What a plugin's thread runs: started by path, so it cannot be in the one file.
await build({
  ...common,
  entryPoints: ['src/sources/plugin/worker.ts'],
  outfile: 'dist/plugin-worker.cjs',
  format: 'cjs',
});
// What reads a configuration beside the daemon.
await build({
  ...program,
  entryPoints: ['src/cli/config-worker.ts'],
  outfile: 'dist/config-worker.js',
  banner: { js: shim },
});
// What authors of plugins import, with its types.
await build({
  ...common,
  entryPoints: ['src/plugin.ts', 'src/plugin-test.ts'],
  outdir: 'dist',
  format: 'esm',
});
const tsc = 'node_modules/.bin/tsc';
if (existsSync(tsc)) execFileSync(tsc, ['-p', 'tsconfig.plugin.json'], { stdio: 'inherit' });
else process.stderr.write('build: no types for plugins: typescript is not installed\n');
