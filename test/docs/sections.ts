import { settleKeys } from '../../src/config/schema/settle.ts';
import type { Key } from './schema-keys.ts';

/** One part of docs/configuration.md. */
export interface Section {
  readonly title: string;
  readonly text: string;
  /** Where these keys may stand; the first is the one that the page shows. */
  readonly places: readonly string[];
  /** What the page writes before each key. */
  readonly shownAs: string;
  readonly has: (name: string, place: string) => boolean;
}

const every = (): boolean => true;
const isSettling = (name: string): boolean => Object.hasOwn(settleKeys, name);
const checkPlaces = ['services.NAME.check', 'services.NAME.real_servers[].check'];

export const sections: readonly Section[] = [
  {
    title: 'The file',
    text: 'Every key of the first level may be left out.',
    places: [''],
    shownAs: '',
    has: every,
  },
  {
    title: 'Sources',
    text: 'See [links and BFD](links-and-bfd.md).',
    places: ['sources'],
    shownAs: 'sources.',
    has: every,
  },
  {
    title: 'Signals',
    text: 'A signal is a thing with health that is not a service: a link, a BFD session, a program, a plugin. NAME is what rules call it. Each also takes the keys of [settling](#settling).',
    places: ['signals.NAME'],
    shownAs: 'signals.NAME.',
    has: (name) => !isSettling(name),
  },
  {
    title: 'Settling',
    text: 'These keys may stand in each signal, in `check_defaults`, and in each `check`. They say how results become health.',
    places: ['signals.NAME', 'check_defaults', ...checkPlaces],
    shownAs: '',
    has: isSettling,
  },
  {
    title: 'Checks',
    text: 'A check probes each real server of a service. What `check_defaults` says holds for all checks; the `check` of a service overrides it, and the `check` of a real server overrides both. Each takes the keys of [settling](#settling). What each type does: [checks](checks.md).',
    places: [...checkPlaces, 'check_defaults'],
    shownAs: 'check.',
    has: (name) => !isSettling(name),
  },
  {
    title: 'Services',
    text: 'A service is one virtual service of IPVS, or one group of probed servers. NAME is what rules call it.',
    places: ['services.NAME'],
    shownAs: 'services.NAME.',
    has: every,
  },
  {
    title: 'Real servers',
    text: 'A real server is `ADDRESS:PORT`, or a mapping of these keys.',
    places: ['services.NAME.real_servers[]'],
    shownAs: 'real_servers[].',
    has: every,
  },
  {
    title: 'Rules',
    text: 'A rule is the name of a signal or service, a real server (`web/10.0.1.11:443`), a list (all of it), or a mapping of exactly one form below. Unknown stays unknown where the rest of the rule does not decide; at the top it keeps the last decision.',
    places: ['RULE'],
    shownAs: '',
    has: every,
  },
  {
    title: 'Routes',
    text: 'See [ExaBGP](exabgp.md).',
    places: ['routes[]'],
    shownAs: 'routes[].',
    has: every,
  },
  {
    title: 'Outputs',
    text: 'An output that is left out is off.',
    places: ['outputs'],
    shownAs: 'outputs.',
    has: every,
  },
  {
    title: 'outputs.exabgp',
    text: 'See [ExaBGP](exabgp.md).',
    places: ['outputs.exabgp'],
    shownAs: 'outputs.exabgp.',
    has: every,
  },
  {
    title: 'Admin',
    text: 'See [operations](operations.md).',
    places: ['admin'],
    shownAs: 'admin.',
    has: every,
  },
];

/** The key's name at this place: `log.level` in the file, `mode` in a check; `null` elsewhere. */
export function nameIn(place: string, path: string): string | null {
  if (place === '') return path;
  return path.startsWith(`${place}.`) ? path.slice(place.length + 1) : null;
}

/** The part of the page that has this key: the one with the longest place. */
export function sectionOf(key: Key): { section: Section; place: string; name: string } | null {
  const found = sections
    .flatMap((section) => section.places.map((place) => ({ section, place })))
    .map(({ section, place }) => ({ section, place, name: nameIn(place, key.path) }))
    .filter(
      (at): at is { section: Section; place: string; name: string } =>
        at.name !== null && at.section.has(at.name.split(/[.[]/u)[0] ?? '', at.place),
    )
    .toSorted((a, b) => b.place.length - a.place.length);
  return found[0] ?? null;
}
