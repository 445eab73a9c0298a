/** The JSON Schema of the admin API. Apart from the schemas, so that `status` does not load it. */
import * as z from 'zod/mini';
import { historyAnswer, streamMessage } from './api-events.ts';
import {
  drainAnswer,
  explanation,
  failureAnswer,
  healthz,
  loginAnswer,
  statusAnswer,
} from './api.ts';

const answers = [
  statusAnswer,
  explanation,
  drainAnswer,
  historyAnswer,
  loginAnswer,
  healthz,
  failureAnswer,
  streamMessage,
] as const;

/**
 * JSON Schema (2020-12) of every answer and of every message of the stream, each under its name
 * in `$defs`.
 *
 * @param mayHaveMore whether keys that are not listed are allowed: readers must expect those of
 * a later version; a test of this version must not.
 */
export function apiJsonSchema(mayHaveMore = true): Record<string, unknown> {
  return {
    ...z.toJSONSchema(z.union(answers), { io: mayHaveMore ? 'input' : 'output' }),
    $id: 'urn:routevane:admin-api:1',
    title: 'routevane admin API',
    description:
      'Each answer of the admin API and each message of its stream: the description of an entry ' +
      'in $defs names the request that it answers.',
  };
}
