/** One path in BIRD's tables. */
export interface BirdRoute {
  readonly prefix: string;
  /** The BGP session it came from, `lb1`. */
  readonly protocol: string;
  /** Whether BIRD would forward along this path. */
  readonly best: boolean;
  readonly nextHop: string;
  readonly med: number | null;
  readonly localPref: number | null;
  /** AS path as printed, `65001 65001`. */
  readonly asPath: string;
  /** `65000:100`. */
  readonly communities: readonly string[];
  /** `65000:1:2`. */
  readonly largeCommunities: readonly string[];
  /** `rt:65000:1`, as BIRD names the kinds. */
  readonly extendedCommunities: readonly string[];
}

/** UPDATEs that BIRD received over one session since it came up, by prefix. */
export interface BirdCounters {
  readonly updates: number;
  readonly withdraws: number;
}

const pathPattern = /^(\S*)\s+unicast \[(\S+) [^\]]*\] (\*?)/;

/** Parses `show route all`. */
export function parseRoutes(lines: readonly string[]): BirdRoute[] {
  const routes: BirdRoute[] = [];
  let prefix = '';
  let head: RegExpExecArray | null = null;
  let attributes = new Map<string, string>();
  const finish = (): void => {
    if (head !== null) routes.push(toRoute(prefix, head, attributes));
  };
  for (const line of lines) {
    const path = pathPattern.exec(line);
    if (path !== null) {
      finish();
      head = path;
      // Further paths of one prefix leave its column blank.
      prefix = path[1] === '' ? prefix : (path[1] ?? '');
      attributes = new Map();
      continue;
    }
    const attribute = /^\s+(BGP\.\w+): ?(.*)$/.exec(line);
    if (attribute !== null) attributes.set(attribute[1] ?? '', attribute[2] ?? '');
  }
  finish();
  return routes;
}

/** Sums `Import updates` and `Import withdraws` of `show protocols all` over the channels. */
export function parseCounters(lines: readonly string[]): BirdCounters {
  const sum = (label: string): number =>
    lines
      .map((line) => new RegExp(`Import ${label}:\\s+(\\d+)`).exec(line)?.[1])
      .reduce((total, count) => total + Number(count ?? 0), 0);
  return { updates: sum('updates'), withdraws: sum('withdraws') };
}

/** Sums `show route count` over the tables. */
export function parseCount(lines: readonly string[]): number {
  return lines
    .map((line) => /^(\d+) of \d+ routes for .* in table/.exec(line)?.[1])
    .reduce((total, count) => total + Number(count ?? 0), 0);
}

function toRoute(
  prefix: string,
  head: RegExpExecArray,
  attributes: ReadonlyMap<string, string>,
): BirdRoute {
  const number = (name: string): number | null => {
    const text = attributes.get(name);
    return text === undefined ? null : Number(text);
  };
  return {
    prefix,
    protocol: head[2] ?? '',
    best: head[3] === '*',
    nextHop: (attributes.get('BGP.next_hop') ?? '').split(' ')[0] ?? '',
    med: number('BGP.med'),
    localPref: number('BGP.local_pref'),
    asPath: attributes.get('BGP.as_path') ?? '',
    communities: tuples(attributes.get('BGP.community')),
    largeCommunities: tuples(attributes.get('BGP.large_community')),
    extendedCommunities: tuples(attributes.get('BGP.ext_community')),
  };
}

/** `(65000,100) (65535,0)` → `65000:100`, `65535:0`. */
function tuples(text: string | undefined): string[] {
  return [...(text ?? '').matchAll(/\(([^)]*)\)/g)].map((match) =>
    (match[1] ?? '').split(/,\s*/).join(':'),
  );
}
