import assert from 'node:assert/strict';
import * as z from 'zod';
import { apiJsonSchema } from '../src/protocol/api-schema.ts';

/** Names in `$defs` of what `routevane schema --api` prints. */
export type ApiName =
  | 'Status'
  | 'Explanation'
  | 'DrainAnswer'
  | 'History'
  | 'Login'
  | 'Healthz'
  | 'Error'
  | 'StreamMessage';

const validators = new Map<ApiName, z.ZodType>();

/** Fails where this is not what the JSON Schema of the API says, or has a key more. */
export function assertApi(name: ApiName, text: string): void {
  const result = validatorOf(name).safeParse(JSON.parse(text));
  if (!result.success) {
    assert.fail(
      `not a ${name} of the API: ${z.prettifyError(result.error)}\n${text.slice(0, 2000)}`,
    );
  }
}

/** An answer over HTTP; what is not part of the API (the page, the metrics) passes. */
export function assertApiAnswer(url: string, status: number, text: string): void {
  const { pathname } = new URL(url, 'http://localhost');
  if (text === '') return;
  if (status >= 400) return assertApi('Error', text);
  if (pathname === '/healthz') return assertApi('Healthz', text);
  const [, kind = ''] = /^\/api\/v1\/(\w+)/u.exec(pathname) ?? [];
  const name = answers.get(kind);
  if (name !== undefined) assertApi(name, text);
}

/** What a command printed with `--json`; other output passes. */
export function assertApiOutput(words: readonly string[], stdout: string): void {
  if (!words.includes('--json')) return;
  const [command = ''] = words;
  const lines = command === 'watch' ? stdout.split('\n') : [stdout];
  const name = commands.get(command);
  if (name === undefined) return;
  for (const line of lines) if (line !== '') assertApi(name, line);
}

const answers = new Map<string, ApiName>([
  ['status', 'Status'],
  ['explain', 'Explanation'],
  ['drain', 'DrainAnswer'],
  ['history', 'History'],
  ['login', 'Login'],
]);

const commands = new Map<string, ApiName>([
  ['status', 'Status'],
  ['explain', 'Explanation'],
  ['watch', 'StreamMessage'],
]);

function validatorOf(name: ApiName): z.ZodType {
  let validator = validators.get(name);
  if (validator === undefined) {
    const { anyOf: _, ...schema } = apiJsonSchema(false);
    validator = z.fromJSONSchema({ ...schema, $ref: `#/$defs/${name}` });
    validators.set(name, validator);
  }
  return validator;
}
