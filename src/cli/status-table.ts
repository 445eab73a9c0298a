import { lostText, reasonBesidesLoss } from './lost-text.ts';
import { numberOf, recordOf, recordsOf, textOf, type JsonRecord } from './loose-json.ts';
import { agoText, cut, lengthText, safeForTerminal, timeText, type Paint } from './printable.ts';
import { tableLines, tableRows, type Cell } from './table.ts';

/** A terminal of the usual width beside a clock and a log. */
const WIDTH_DEFAULT = 100;

const colourOf: Readonly<Record<string, 'green' | 'red' | 'yellow'>> = {
  up: 'green',
  announced: 'green',
  connected: 'green',
  down: 'red',
  withdrawn: 'red',
  lost: 'red',
  unknown: 'yellow',
  pending: 'yellow',
  held: 'yellow',
  draining: 'yellow',
};

/** The status for a person: lines of at most `widthMax` columns. */
export function statusLines(
  status: JsonRecord,
  paint: Paint,
  wallMs: number,
  widthMax = WIDTH_DEFAULT,
): readonly string[] {
  const how: How = { paint, wallMs, widthMax, states: new Map() };
  return [
    paint(cut(headLine(status), widthMax), 'bold'),
    ...reloadLines(status, how),
    ...nodeLines(status, how),
    ...section(
      'SIGNALS',
      recordsOf(status, 'signals').map((each) => signalRow(each, how)),
      how,
    ),
    ...serviceLines(recordsOf(status, 'services'), how),
    ...section(
      'ROUTES',
      recordsOf(status, 'routes').map((each) => routeRow(each, how)),
      how,
    ),
    ...section(
      'SINKS',
      recordsOf(status, 'sinks').map((each) => sinkRow(each, how)),
      how,
    ),
  ];
}

/** `in maintenance: kernel update (alice), until 2026-11-22 03:00:00, 3 connections left`. */
export function drainText(drain: JsonRecord | null): string {
  if (drain === null) return '';
  const progress = recordOf(drain, 'progress') ?? {};
  const active = numberOf(progress, 'active_connections');
  const until = textOf(drain, 'until');
  const deadline = textOf(progress, 'deadline');
  const parts = [
    `in maintenance: ${textOf(drain, 'reason') || 'no reason given'} (${shortOwner(drain)})`,
    ...(until === '' ? [] : [`until ${timeText(until)}`]),
    ...(active === null || active === 0 ? [] : [`${active} connections left`]),
    ...(deadline === '' ? [] : [`gone at the latest at ${timeText(deadline)}`]),
  ];
  return parts.join(', ');
}

/** `alice`, `root for alice`: a line has few columns, and the uid stands in JSON and in the log. */
function shortOwner(drain: JsonRecord): string {
  const behalf = textOf(drain, 'on_behalf_of');
  const owner = textOf(drain, 'owner').replace(/ \(uid \d+\)$/u, '');
  return behalf === '' ? owner : `${owner} for ${behalf}`;
}

interface How {
  readonly paint: Paint;
  readonly wallMs: number;
  readonly widthMax: number;
  /** The cells of states: 5,000 servers have three. */
  readonly states: Map<string, Cell>;
}

function headLine(status: JsonRecord): string {
  const upMs = (numberOf(status, 'uptime_s') ?? 0) * 1000;
  return safeForTerminal(
    `${textOf(status, 'node')}   routevane ${textOf(status, 'version')}   up ${lengthText(upMs)}   ` +
      `configuration ${textOf(status, 'config_hash')}`,
  );
}

/** Only a refused one: what runs is then not what the file says. */
function reloadLines(status: JsonRecord, { paint, wallMs, widthMax }: How): readonly string[] {
  const reload = recordOf(status, 'last_reload');
  if (reload === null || reload['ok'] !== false) return [];
  const ago = agoText(textOf(reload, 'at'), wallMs);
  const text = `the last reload, ${ago} ago, was refused: ${textOf(reload, 'reason')}`;
  return [paint(cut(safeForTerminal(text), widthMax), 'red')];
}

function nodeLines(status: JsonRecord, { paint, widthMax }: How): readonly string[] {
  const text = drainText(recordOf(status, 'drain'));
  return text === ''
    ? []
    : [paint(cut(safeForTerminal(`this node is ${text}`), widthMax), 'yellow')];
}

function section(
  title: string,
  rows: readonly (readonly (string | Cell)[])[],
  { paint, widthMax }: How,
): readonly string[] {
  return rows.length === 0 ? [] : ['', paint(title, 'bold'), ...tableLines(rows, '  ', widthMax)];
}

function serviceLines(services: readonly JsonRecord[], how: How): readonly string[] {
  if (services.length === 0) return [];
  const rows = services.map((service) => serviceRow(service, how));
  const heads = tableRows(rows, '  ', how.widthMax);
  return [
    '',
    how.paint('SERVICES', 'bold'),
    ...services.flatMap((service, index) => [
      ...(heads[index] ?? []),
      ...tableLines(
        recordsOf(service, 'real_servers').map((server) => serverRow(server, how)),
        '      ',
        how.widthMax,
      ),
    ]),
  ];
}

function signalRow(signal: JsonRecord, how: How): readonly (string | Cell)[] {
  const suppressed = textOf(signal, 'suppressed_until');
  const held = suppressed === '' ? '' : `held down by damping until ${timeText(suppressed)}`;
  return [
    textOf(signal, 'name'),
    stateCell(signal, how),
    agoText(textOf(signal, 'since'), how.wallMs),
    textOf(signal, 'type'),
    flapsCell(signal, how),
    joined(held, reasonBesidesLoss(signal)),
  ];
}

function serviceRow(service: JsonRecord, how: How): readonly (string | Cell)[] {
  return [
    textOf(service, 'name'),
    stateCell(service, how),
    agoText(textOf(service, 'since'), how.wallMs),
    textOf(service, 'virtual') || 'no IPVS',
    `capacity ${numberOf(service, 'capacity_pct') ?? '-'}%`,
    joined(
      `quorum ${numberOf(service, 'quorum') ?? '-'}`,
      drainText(recordOf(service, 'drain')),
      textOf(service, 'reason'),
    ),
  ];
}

function serverRow(server: JsonRecord, how: How): readonly (string | Cell)[] {
  const latency = numberOf(server, 'latency_ms');
  const active = numberOf(server, 'active_connections');
  const isKept = server['pooled'] === true && textOf(server, 'state') === 'down';
  return [
    textOf(server, 'address'),
    stateCell(server, how),
    agoText(textOf(server, 'since'), how.wallMs),
    weightText(server),
    active === null ? '' : `${active} active`,
    latency === null ? '' : `${latency.toFixed(1)} ms`,
    (numberOf(server, 'flaps') ?? 0) === 0 ? '' : flapsCell(server, how),
    joined(
      drainText(recordOf(server, 'drain')),
      isKept ? 'kept by min_pooled' : '',
      reasonBesidesLoss(server),
    ),
  ];
}

function routeRow(route: JsonRecord, how: How): readonly (string | Cell)[] {
  const med = numberOf(route, 'med');
  return [
    textOf(route, 'key') || textOf(route, 'prefix'),
    stateCell(route, how),
    agoText(textOf(route, 'since'), how.wallMs),
    med === null ? '' : `MED ${med}`,
    route['confirmed'] === true ? 'confirmed' : 'unconfirmed',
    joined(drainText(recordOf(route, 'drain')), textOf(route, 'because')),
  ];
}

function sinkRow(sink: JsonRecord, how: How): readonly (string | Cell)[] {
  const pending = numberOf(sink, 'pending') ?? 0;
  const rejected = numberOf(sink, 'rejected') ?? 0;
  return [
    textOf(sink, 'name'),
    stateCell(sink, how),
    textOf(sink, 'peer_version'),
    joined(`${pending} pending, ${rejected} rejected`, textOf(sink, 'reason')),
  ];
}

function stateCell(record: JsonRecord, { paint, states, wallMs }: How): Cell {
  const text = textOf(record, 'state');
  const lost = lostText(record, wallMs);
  if (lost !== '') {
    return { text: `${text} (${lost})`, isWide: true, paint: (on) => paint(on, 'yellow') };
  }
  const known = states.get(text);
  if (known !== undefined) return known;
  const colour = colourOf[text];
  const cell = colour === undefined ? { text } : { text, paint: (on: string) => paint(on, colour) };
  states.set(text, cell);
  return cell;
}

function weightText(server: JsonRecord): string {
  const weight = numberOf(server, 'weight');
  const base = numberOf(server, 'base_weight');
  if (server['in_table'] === false) return 'not in the IPVS table';
  if (weight === null) return '';
  return base === null || base === weight ? `weight ${weight}` : `weight ${weight} of ${base}`;
}

function flapsCell(record: JsonRecord, { paint }: How): Cell {
  const flaps = numberOf(record, 'flaps') ?? 0;
  const text = flaps === 1 ? '1 fall' : `${flaps} falls`;
  if (record['flapping'] !== true) return { text };
  return { text: `${text}, flapping`, paint: (on) => paint(on, 'yellow') };
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('; ');
}
