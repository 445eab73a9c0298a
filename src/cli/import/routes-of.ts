import type { Address } from '../../config/parse/address.ts';
import type { DraftRoute } from './draft.ts';

/** One route for each address, with all the services on it. */
export function routesOf(
  services: readonly { readonly vip: Address; readonly name: string }[],
): DraftRoute[] {
  const byVip = new Map<string, { readonly vip: Address; readonly names: string[] }>();
  for (const { vip, name } of services) {
    const route = byVip.get(vip.text);
    if (route === undefined) byVip.set(vip.text, { vip, names: [name] });
    else route.names.push(name);
  }
  return [...byVip.values()].map(({ vip, names }) => ({
    prefix: `${vip.text}/${vip.family === 4 ? 32 : 128}`,
    when: names,
    keys: [['next_hop', 'self']],
    notes:
      names.length > 1 ? ['All of them have to be up; "{ any: [...] }" means one of them.'] : [],
  }));
}
