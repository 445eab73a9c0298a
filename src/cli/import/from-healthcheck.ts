import { parseAddress } from '../../config/parse/address.ts';
import { endpointText } from '../../config/parse/endpoint.ts';
import { parsePrefix } from '../../config/parse/prefix.ts';
import type {
  DraftKeys,
  DraftRoute,
  DraftService,
  DraftSignal,
  Imported,
  InputProblem,
} from './draft.ts';
import { parseRuns, type Run } from './exabgp-runs.ts';

/** What ExaBGP's healthcheck takes where nothing is said. */
const defaults = { interval: 5, timeout: 5, rise: 3, fall: 3, metric: 100, increase: 1 } as const;

/** Its options with a value, short and long; all others of ours are switches. */
const long: Readonly<Record<string, string>> = {
  '-n': '--name',
  '-i': '--interval',
  '-f': '--fast-interval',
  '-t': '--timeout',
  '-c': '--cmd',
  '-d': '--debug',
  '-s': '--silent',
  '-p': '--pid',
};
const switches = new Set([
  '--debug',
  '--silent',
  '--no-ack',
  '--sudo',
  '--start-ip',
  '--no-ip-setup',
  '--ip-setup',
  '--no-syslog',
  '--dynamic-ip-setup',
  '--label-exact-match',
  '--withdraw-on-down',
  '--no-syslog-facility',
]);
/** Carried over, or of no meaning here. */
const known = new Set([
  '--name',
  '--interval',
  '--timeout',
  '--cmd',
  '--command',
  '--ip',
  '--rise',
  '--fall',
  '--up-metric',
  '--increase',
  '--next-hop',
  '--community',
  '--extended-community',
  '--large-community',
  '--as-path',
  '--local-preference',
  '--path-id',
  '--neighbor',
  '--fast-interval',
  '--down-metric',
  '--disabled-metric',
  '--syslog-facility',
  '--pid',
  '--debug',
  '--silent',
  '--no-ack',
  '--withdraw-on-down',
  '--no-syslog',
]);

/** The `healthcheck` processes of an ExaBGP configuration → signals and routes. */
export function fromHealthcheck(text: string): Imported {
  const { runs, problems } = parseRuns(text);
  const wrong: InputProblem[] = [...problems];
  const notes: string[] = [];
  const signals: DraftSignal[] = [];
  const services: DraftService[] = [];
  const routes: DraftRoute[] = [];
  for (const run of runs) {
    const options = optionsOf(run.words);
    const name = uniqueName(run, options, [...signals, ...services]);
    const complain = (message: string): void => void wrong.push({ ...run.at, message });
    const left = [...options.keys()].filter((option) => !known.has(option));
    if (left.length > 0) notes.push(`${name}: left out: ${left.join(', ')}`);
    if (!options.has('--withdraw-on-down')) {
      notes.push(`${name}: it announced a worse metric while down; here the route is withdrawn`);
    }
    const command = options.get('--cmd')?.at(-1) ?? options.get('--command')?.at(-1) ?? '';
    const server = tcpServer(command);
    if (command === '') complain('--cmd is missing: there is nothing to check');
    else if (server === null) signals.push({ name, keys: signalKeys(command, options) });
    else services.push(serviceOf(name, server, options));
    routes.push(...routesFor(name, options, complain));
  }
  if (wrong.length > 0) return { ok: false, problems: wrong };
  if (runs.length === 0) notes.push('no process runs healthcheck in it');
  return { ok: true, draft: { signals, services, routes, notes } };
}

function optionsOf(words: readonly string[]): Map<string, string[]> {
  const options = new Map<string, string[]>();
  for (let at = 0; at < words.length; at += 1) {
    const [short = '', joined] = (words[at] ?? '').split(/=(.*)/su);
    if (!short.startsWith('-')) continue;
    const option = long[short] ?? short;
    const values = options.get(option) ?? [];
    options.set(option, values);
    if (joined !== undefined) values.push(joined);
    else if (!switches.has(option)) {
      at += 1;
      values.push(words[at] ?? '');
    }
  }
  return options;
}

function uniqueName(
  run: Run,
  options: ReadonlyMap<string, string[]>,
  taken: readonly { readonly name: string }[],
): string {
  const wished = options.get('--name')?.at(-1) ?? run.name;
  const plain = wished
    .replaceAll(/[^A-Za-z0-9_.-]/gu, '-')
    .replace(/^[^A-Za-z0-9]+/u, '')
    .slice(0, 60);
  const base = plain === '' ? 'healthcheck' : plain;
  let name = base;
  for (let number = 2; taken.some((each) => each.name === name); number += 1)
    name = `${base.slice(0, 55)}-${number}`;
  return name;
}

/** `nc -z 127.0.0.1 80`: a probe of ours, without a process. */
function tcpServer(command: string): string | null {
  const match = /^(?:\S*\/)?(?:nc|ncat)\s+-z(?:\s+-w\s*\d+)?\s+(\S+)\s+([1-9]\d{0,4})$/u.exec(
    command,
  );
  const address = parseAddress(match?.[1] ?? '');
  const port = Number(match?.[2] ?? 0);
  return address.ok && port > 0 && port <= 65_535 ? endpointText(address.value, port) : null;
}

function times(options: ReadonlyMap<string, string[]>): DraftKeys {
  const interval = numberOf(options, '--interval', defaults.interval);
  const timeout = Math.min(interval, numberOf(options, '--timeout', defaults.timeout));
  return [
    ['interval', `${Math.round(interval * 1000)}ms`],
    ['timeout', `${Math.round(timeout * 1000)}ms`],
    ['rise', Math.round(numberOf(options, '--rise', defaults.rise))],
    ['fall', Math.round(numberOf(options, '--fall', defaults.fall))],
  ];
}

function numberOf(
  options: ReadonlyMap<string, string[]>,
  option: string,
  otherwise: number,
): number {
  const value = Number(options.get(option)?.at(-1) ?? Number.NaN);
  return Number.isFinite(value) && value > 0 ? value : otherwise;
}

function signalKeys(command: string, options: ReadonlyMap<string, string[]>): DraftKeys {
  // Any code but 0 is down for ExaBGP; a Nagios plugin means "up, with a warning" by 1.
  return [
    ['type', 'exec'],
    ['command', ['/bin/sh', '-c', `(${command}) || exit 2`]],
    ...times(options),
  ];
}

function serviceOf(
  name: string,
  server: string,
  options: ReadonlyMap<string, string[]>,
): DraftService {
  return {
    name,
    virtual: null,
    check: [['type', 'tcp'], ...times(options)],
    keys: [],
    realServers: [{ address: server, weight: null, check: [], note: null }],
    notes: [],
  };
}

function routesFor(
  name: string,
  options: ReadonlyMap<string, string[]>,
  complain: (message: string) => void,
): DraftRoute[] {
  const metric = numberOf(options, '--up-metric', defaults.metric);
  const increase = Number(options.get('--increase')?.at(-1) ?? defaults.increase);
  const all = (option: string): string[] =>
    (options.get(option) ?? [])
      .flatMap((value) => value.split(/[\s,]+/u))
      .filter((value) => value !== '');
  const last = (option: string): string | undefined => options.get(option)?.at(-1);
  const ips = options.get('--ip') ?? [];
  if (ips.length === 0)
    complain('--ip is missing: ExaBGP takes the addresses of lo, name them here');
  return ips.flatMap((ip, at) => {
    const prefix = parsePrefix(ip.includes('/') ? ip : `${ip}/${ip.includes(':') ? 128 : 32}`);
    if (!prefix.ok) {
      complain(`--ip ${ip}: ${prefix.message}`);
      return [];
    }
    const optional = (key: string, option: string): DraftKeys => {
      const value = last(option);
      return value === undefined || value === ''
        ? []
        : [[key, /^\d+$/u.test(value) ? Number(value) : value]];
    };
    return [
      {
        prefix: prefix.value.text,
        when: [name],
        keys: [
          ['next_hop', last('--next-hop') ?? 'self'],
          ['med', metric + at * (Number.isFinite(increase) ? increase : defaults.increase)],
          ...optional('local_preference', '--local-preference'),
          ...optional('path_id', '--path-id'),
          ...optional('neighbor', '--neighbor'),
          ...lists('communities', all('--community')),
          ...lists('large_communities', all('--large-community')),
          ...lists('extended_communities', all('--extended-community')),
        ],
        notes: last('--as-path') === undefined ? [] : [`as_path: ${last('--as-path') ?? ''}`],
      },
    ];
  });
}

function lists(key: string, values: readonly string[]): DraftKeys {
  return values.length === 0 ? [] : [[key, values]];
}
