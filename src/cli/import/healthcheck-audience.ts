import { parseAddress } from '../../config/parse/address.ts';
import type { ImportedNeighbors } from './exabgp-neighbors.ts';
import type { Job } from './healthcheck-check.ts';
import type { Audience } from './healthcheck-routes.ts';
import { shortened } from './healthcheck-words.ts';

/**
 * Whom a process announces to: what `--neighbor` names, of those that list it in their `api`.
 * Where not all that list one of these processes list this one, its routes name their neighbors,
 * for one process of routevane takes the place of all.
 */
export function audienceOf(
  job: Job,
  process: string,
  { all }: ImportedNeighbors,
  processes: ReadonlySet<string>,
): Audience {
  const { given, note, at } = job;
  const listing = all.filter((each) => each.processes.includes(process));
  const neighbors = listing.length > 0 ? listing : all;
  const named = given.all('--neighbor').flatMap(({ value, at: place }) => {
    const address = parseAddress(value);
    if (address.ok) return [{ text: address.value.text, place }];
    note(`--neighbor ${shortened(value)}: left out, ${address.message}`, place);
    return [];
  });
  for (const { text, place } of named) {
    if (listing.length === 0 || listing.some(({ address }) => address?.text === text)) continue;
    note(`--neighbor ${text}: it does not list ${process} in its api: nothing reached it`, place);
  }
  const relevant = all.filter((each) => each.processes.some((name) => processes.has(name)));
  if (listing.length === 0 && relevant.length > 0) {
    note(`no neighbor lists ${process} in its api: nothing reached any; here its routes do`, at);
  }
  if (named.length > 0) return { selected: unique(named.map(({ text }) => text)), neighbors };
  if (listing.length === 0 || listing.length === relevant.length)
    return { selected: [], neighbors };
  const addresses = listing.flatMap(({ address }) => (address === null ? [] : [address.text]));
  if (addresses.length < listing.length) {
    note('a neighbor that lists it is no single address: its routes go to all neighbors', at);
    return { selected: [], neighbors };
  }
  return { selected: unique(addresses), neighbors };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
