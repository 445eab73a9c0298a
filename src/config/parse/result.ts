/** What a piece of text means, or in one line why it means nothing. */
export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

export function good<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

/** A message that starts with `expected` gets `, found …` added where it is reported. */
export function bad(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}

/** The value of text that the schema has accepted already: failing here is our own bug. */
export function known<T>(parsed: Parsed<T>): T {
  if (!parsed.ok)
    throw new Error(`bug: text passed the schema and was refused later: ${parsed.message}`);
  return parsed.value;
}
