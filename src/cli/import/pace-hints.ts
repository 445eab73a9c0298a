import { reportIcmpPace } from '../../config/icmp-pace.ts';
import { readConfig } from '../../config/read.ts';
import type { Draft } from './draft.ts';
import { writeYaml } from './write-yaml.ts';

/**
 * What `check` warns of where UDP checks whose silence counts as up share an address, and with it
 * the limit of its ICMP errors: beside each service, for whoever reads the result.
 */
export function withPaceHints(draft: Draft): Draft {
  const bytes = new TextEncoder().encode(writeYaml(draft, 'import'));
  const read = readConfig({ file: 'import', folder: '/', bytes, hostname: 'import' });
  if (!read.ok) return draft;
  const hints = new Map<string, string>();
  reportIcmpPace(read.config, ([, name = ''], message) => hints.set(String(name), message));
  return {
    ...draft,
    services: draft.services.map((service) => {
      const hint = hints.get(service.name);
      return hint === undefined
        ? service
        : { ...service, notes: [...service.notes, `${service.name}: ${hint}`] };
    }),
  };
}
