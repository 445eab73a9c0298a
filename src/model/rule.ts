/** A rule over named signals and services, as in a route's `when`. Evaluated in Kleene's logic. */
export type Rule =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'all'; readonly of: readonly Rule[] }
  | { readonly kind: 'any'; readonly of: readonly Rule[] }
  | { readonly kind: 'not'; readonly rule: Rule }
  | { readonly kind: 'at_least'; readonly count: number; readonly of: readonly Rule[] };
