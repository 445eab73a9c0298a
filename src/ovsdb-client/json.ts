/** What a request may carry. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** An object of JSON, whose members are still to be looked at. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
