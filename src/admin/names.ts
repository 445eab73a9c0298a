/** What a name that an operator gave stands for. */
export type NameMatch =
  | { readonly kind: 'found'; readonly name: string }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly string[] }
  | { readonly kind: 'unknown'; readonly nearest: string | null };

/** Longer than any name there is. */
export const NAME_MAX_CHARS = 256;

/** Suggesting costs a comparison with each name: beyond this, a typing error is left to its author. */
const SUGGEST_MAX = 20_000;

const AMBIGUOUS_MAX = 5;

/**
 * Finds a name; `10.0.1.11:443` stands for `web/10.0.1.11:443` where only one service
 * has it, as does `192.0.2.10` for `192.0.2.10/32`: operators type less at night.
 *
 * @param nearest the known name that is meant by a misspelt one.
 */
export function findName(
  given: string,
  names: readonly string[],
  nearest: (name: string, known: Iterable<string>) => string | null,
): NameMatch {
  if (names.includes(given)) return { kind: 'found', name: given };
  const isAddress = /^[[\da-f]*[.:]/iu.test(given);
  const candidates = names.filter(
    // The 32 of a prefix is not a name.
    (name) => (isAddress && name.endsWith(`/${given}`)) || isPrefixOf(given, name),
  );
  const [only, second] = candidates;
  if (only !== undefined && second === undefined) return { kind: 'found', name: only };
  if (only !== undefined)
    return { kind: 'ambiguous', candidates: candidates.slice(0, AMBIGUOUS_MAX) };
  if (given.length > NAME_MAX_CHARS) return { kind: 'unknown', nearest: null };
  // A real server is more often named without its service: compare with both forms.
  const known = names.slice(0, SUGGEST_MAX);
  return {
    kind: 'unknown',
    nearest: nearest(given, known) ?? nearestServer(given, known, nearest),
  };
}

/** `192.0.2.10` of `192.0.2.10/32`, and of `192.0.2.10/32#7@10.0.0.1`. */
function isPrefixOf(given: string, name: string): boolean {
  if (!/^[0-9a-f:.]+$/iu.test(given) || !name.startsWith(`${given}/`)) return false;
  return /^\d/u.test(name.slice(given.length + 1));
}

function nearestServer(
  given: string,
  names: readonly string[],
  nearest: (name: string, known: Iterable<string>) => string | null,
): string | null {
  const byAddress = new Map(names.map((name) => [name.slice(name.indexOf('/') + 1), name]));
  const address = nearest(given, byAddress.keys());
  return address === null ? null : (byAddress.get(address) ?? null);
}
