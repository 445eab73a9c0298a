import { OvsdbError } from './error.ts';
import { Fault } from './fault.ts';
import { isArray, isObject } from './json.ts';
import { errorInWords } from './monitor-replies.ts';
import { parseNames, parseSchema, type DatabaseSchema } from './schema.ts';
import { quotedJson } from './text.ts';
import { parseError } from './wire/json-rpc.ts';

function checked<T>(value: T | Fault): T {
  if (value instanceof Fault) throw new OvsdbError('failed', value.reason);
  return value;
}

export function readNames(result: unknown): readonly string[] {
  return checked(parseNames(result));
}

export function readSchema(result: unknown): DatabaseSchema {
  return checked(parseSchema(result));
}

/** A failed operation is reported inside a successful reply (RFC 7047, section 4.1.3). */
export function readResults(result: unknown): readonly unknown[] {
  if (!isArray(result)) {
    throw new OvsdbError('failed', `not a reply to transact: ${quotedJson(result)}`);
  }
  for (const one of result) {
    if (!isObject(one) || one['error'] === undefined || one['error'] === null) continue;
    const error = parseError(one);
    throw new OvsdbError(error.code, errorInWords('transact', error));
  }
  return result;
}
