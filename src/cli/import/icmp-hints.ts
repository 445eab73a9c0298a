import { reportIcmpPace } from '../../config/icmp-pace.ts';
import { readConfig } from '../../config/read.ts';
import type { Draft } from './draft.ts';
import { writeYaml } from './write-yaml.ts';

/** The draft with what `check` will say of UDP checks that share an address, at the services it is about. */
export function withIcmpHints(draft: Draft): Draft {
  const bytes = Buffer.from(writeYaml(draft, 'an import'));
  const read = readConfig({ file: 'import', folder: '/', bytes, hostname: 'localhost' });
  if (!read.ok) return draft;
  const hints = new Map<string, string>();
  reportIcmpPace(read.config, ([, name], message) => hints.set(String(name), message));
  const services = draft.services.map((service) => {
    const hint = hints.get(service.name);
    return hint === undefined
      ? service
      : { ...service, notes: [...service.notes, `${service.name}: ${hint}`] };
  });
  return { ...draft, services };
}
