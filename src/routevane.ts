/**
 * The executable. Commands that ask a running daemon start without loading one: a table at three
 * in the morning, a hook and a shell's completion do not wait for parts they never use.
 */
import { dispatch } from './cli/dispatch.ts';
import { drain, undrain } from './cli/drain.ts';
import { explain } from './cli/explain.ts';
import { hook } from './cli/hook.ts';
import { status } from './cli/status.ts';
import { version } from './cli/version.ts';
import { watch } from './cli/watch.ts';

const light = [status, watch, explain, drain, undrain, hook];
const words = process.argv.slice(2);
const [first = ''] = words;

if (first === '--version' || light.some(({ name }) => name === first)) {
  process.exitCode = await dispatch(words, light, version);
} else await import('./main.ts');
