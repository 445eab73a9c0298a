import { existsSync, writeFileSync } from 'node:fs';
import { parseName } from '../../config/parse/name.ts';
import { messageOf } from '../../platform/error.ts';
import { exitCode, UsageError, type Options } from '../command.ts';
import { linkPackages } from './link.ts';

/**
 * Writes a plugin, its test and a configuration into the working directory, never over a file that
 * is there, and links what they import, so that they run as they are.
 */
export function newPlugin(name: string, options: Options): Promise<number> {
  const parsed = parseName(name);
  if (!parsed.ok) throw new UsageError(`plugin new: ${parsed.message}`);
  if (Object.keys(options).length > 0) throw new UsageError('plugin new takes no options');
  const files = [
    [`${name}.ts`, pluginText(name)],
    [`${name}.test.ts`, testText(name)],
    [`${name}.yaml`, configText(name)],
  ] as const;
  const there = files.map(([file]) => file).filter((file) => existsSync(file));
  if (there.length > 0) return failed(`${there.join(', ')}: there already; nothing was written`);
  const config = existsSync('tsconfig.json') ? [] : ([['tsconfig.json', TSCONFIG]] as const);
  for (const [file, text] of [...files, ...config]) {
    try {
      writeFileSync(file, text, { flag: 'wx' });
    } catch (error) {
      return failed(`${file}: ${messageOf(error)}`);
    }
    process.stdout.write(`${file}\n`);
  }
  try {
    linkPackages();
  } catch (error) {
    return failed(`node_modules: ${messageOf(error)}`);
  }
  process.stderr.write(
    `its test: node --import tsx --test ${name}.test.ts\n` +
      `try it: routevane plugin test ./${name}.ts --options '{"path":"/etc/hostname"}' --for 3s\n`,
  );
  return Promise.resolve(exitCode.ok);
}

/** For editors and tsc. */
const TSCONFIG = `{
  "compilerOptions": {
    "target": "es2023",
    "module": "nodenext",
    "types": ["node"],
    "strict": true,
    "noEmit": true,
    "allowImportingTsExtensions": true,
    "skipLibCheck": true
  },
  "include": ["*.ts"]
}
`;

function failed(reason: string): Promise<number> {
  process.stderr.write(`routevane: plugin new: ${reason}\n`);
  return Promise.resolve(exitCode.failure);
}

function pluginText(name: string): string {
  return `import { access } from 'node:fs/promises';
import { definePlugin, down, up } from 'routevane/plugin';
import * as z from 'zod';

/** Up while a file is there. */
export default definePlugin({
  name: '${name}',
  options: z.strictObject({ path: z.string(), everyMs: z.number().min(10).default(1_000) }),
  async *observe({ path, everyMs }, { sleep }) {
    for (;;) {
      yield (await exists(path)) ? up() : down(\`\${path} is missing\`);
      await sleep(everyMs);
    }
  },
});

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
`;
}

function testText(name: string): string {
  return `// node --import tsx --test ${name}.test.ts
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runPlugin } from 'routevane/plugin-test';
import plugin from './${name}.ts';

test('up while the file is there, a minute in virtual time', async () => {
  const { seen, lost } = await runPlugin(plugin, { options: { path: '/' }, forMs: 60_000 });
  assert.equal(lost, null);
  assert.equal(seen.length, 61);
  assert.ok(seen.every(({ state }) => state === 'up'));
});

test('down with the reason where it is not', async () => {
  const { seen } = await runPlugin(plugin, { options: { path: '/no/such/file' }, forMs: 0 });
  assert.deepEqual(seen, [{ atMs: 0, state: 'down', reason: '/no/such/file is missing' }]);
});
`;
}

function configText(name: string): string {
  // In quotes: a name such as `null` means something else in YAML.
  return `signals:
  '${name}':
    type: plugin
    module: ./${name}.ts
    options: { path: /etc/hostname }
    stale_after: 15s
`;
}
