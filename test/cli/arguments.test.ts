import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { check } from '../../src/cli/check.ts';
import { completion } from '../../src/cli/completion.ts';
import type { Command } from '../../src/cli/command.ts';
import { dispatch } from '../../src/cli/dispatch.ts';
import { drain, undrain } from '../../src/cli/drain.ts';
import { explain } from '../../src/cli/explain.ts';
import { help } from '../../src/cli/help.ts';
import { hook } from '../../src/cli/hook.ts';
import { importer } from '../../src/cli/import.ts';
import { plugin } from '../../src/cli/plugin.ts';
import { replay } from '../../src/cli/replay.ts';
import { run } from '../../src/cli/run.ts';
import { schema } from '../../src/cli/schema.ts';
import { status } from '../../src/cli/status.ts';
import { watch } from '../../src/cli/watch.ts';

const commands: readonly Command[] = [
  run(() => assert.fail('wrong usage starts nothing')),
  check,
  status,
  watch,
  explain,
  drain,
  undrain,
  hook,
  importer,
  plugin,
  replay,
  schema,
  completion(() => commands),
  help(() => commands),
];

/** Each wrong usage, and what is said of it. */
const wrong: readonly (readonly [line: string, says: RegExp])[] = [
  ['', /^a command is missing/],
  ['--version x', /^--version stands alone/],
  ['run', /^--config is missing/],
  ['run -c', /^run: --config needs a value; usage: routevane run -c FILE$/],
  ['run --config=', /^run: --config needs a value/],
  ['run -c --config', /^run: --config needs a value, or write --config=--config/],
  ['run -c a -c b', /^run: --config is given twice/],
  ['run -c a b', /^run: unexpected argument "b"/],
  ['run --confg a', /^run: unknown option "--confg": did you mean "--config"\?/],
  ['check', /^--config is missing: routevane check FILE/],
  ['check -c a b', /^check: FILE is given twice/],
  ['check a b', /^check: unexpected argument "b"/],
  ['status --json=yes', /^status: --json takes no value/],
  ['status --json --json', /^status: --json is given twice/],
  ['status --socket', /^status: --socket needs a value/],
  ['watch x', /^watch: unexpected argument "x"/],
  ['explain', /^explain: an argument is missing; usage: routevane explain NAME/],
  ['explain a b', /^explain: unexpected argument "b"/],
  ['drain', /^drain: an argument is missing/],
  ['drain a --for soon', /^--for: expected a duration/],
  ['drain a --connections many', /^--connections: expected a whole number/],
  ['drain a --within -1s', /^drain: --within needs a value/],
  ['undrain a --force', /^undrain: unknown option "--force"/],
  ['hook link eth0', /^hook: another argument is missing/],
  ['hook cable eth0 up', /^hook: expected link/],
  ['hook link eth0 sideways', /^hook: expected up or down/],
  ['hook link a/b up', /^hook: expected the name of an interface, found "a\/b"/],
  ['import nginx', /^import: expected one of ipvs/],
  ['import keepalived', /^import keepalived: FILE is missing/],
  ['plugin try x', /^plugin: expected test or new/],
  ['plugin test', /^plugin: another argument is missing/],
  ['plugin test x --options {', /^plugin: --options is not JSON/],
  ['plugin test x --for soon', /^plugin: --for: expected a duration/],
  ['plugin new x --for 1s', /^plugin new takes no options/],
  ['replay', /^replay: an argument is missing/],
  ['replay x', /^--config is missing/],
  ['schema x', /^schema: unexpected argument/],
  ['completion fish', /^completion: expected bash or zsh/],
  ['help rnu', /^unknown command "rnu": did you mean "run"\?/],
  ['help run x', /^help: unexpected argument "x"/],
];

describe('wrong usage ends with 2 and one line that says what is wrong', () => {
  for (const [line, says] of wrong) {
    test(`routevane ${line}`, async (t) => {
      const stderr = t.mock.method(process.stderr, 'write', () => true);
      const words = line === '' ? [] : line.split(' ');
      const code = await dispatch(words, commands, '1.2.3');
      const text = stderr.mock.calls.map(({ arguments: [written] }) => String(written)).join('');
      stderr.mock.restore();
      assert.equal(code, 2, text);
      assert.match(text, /^routevane: [^\n]+\n$/);
      assert.match(text.slice('routevane: '.length, -1), says);
    });
  }
});
