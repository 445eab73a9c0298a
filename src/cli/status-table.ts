import { elapsedText, latencyText } from '../admin/page/wording.js';
import type {
  ApiDrain,
  ApiLoss,
  ApiRealServer,
  ApiRoute,
  ApiService,
  ApiSignal,
  ApiSink,
  ApiStatus,
} from '../protocol/api.ts';
import { lostText, reasonBesidesLoss } from './lost-text.ts';
import { withoutControls } from '../protocol/printable.ts';
import { agoText, cut, timeText, type Paint } from './printable.ts';
import { tableLines, tableRows, type Cell } from './table.ts';

/** The width of a table where the width of the terminal is not known. */
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

/** The status as a table: lines of at most `widthMax` columns. */
export function statusLines(
  status: ApiStatus,
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
      status.signals.map((each) => signalRow(each, how)),
      how,
    ),
    ...serviceLines(status.services, how),
    ...section(
      'ROUTES',
      status.routes.map((each) => routeRow(each, how)),
      how,
    ),
    ...section(
      'SINKS',
      status.sinks.map((each) => sinkRow(each, how)),
      how,
    ),
  ];
}

/** `in maintenance: kernel update (alice), until 2026-11-22 03:00:00, 3 connections left`. */
export function drainText(drain: ApiDrain | null): string {
  if (drain === null) return '';
  const { reason, until, progress } = drain;
  const { active_connections: active, deadline } = progress;
  const parts = [
    `in maintenance: ${reason || 'no reason given'} (${shortOwner(drain)})`,
    ...(until === null ? [] : [`until ${timeText(until)}`]),
    ...(active === null || active === 0 ? [] : [`${active} connections left`]),
    ...(deadline === null ? [] : [`gone at the latest at ${timeText(deadline)}`]),
  ];
  return parts.join(', ');
}

/** `alice`, `root for alice`: a line has few columns, and the uid stands in JSON and in the log. */
function shortOwner({ owner, on_behalf_of: behalf }: ApiDrain): string {
  const name = owner.replace(/ \(uid \d+\)$/u, '');
  return behalf === null ? name : `${name} for ${behalf}`;
}

interface How {
  readonly paint: Paint;
  readonly wallMs: number;
  readonly widthMax: number;
  /** The cells of states: 5,000 servers have three. */
  readonly states: Map<string, Cell>;
}

function headLine(status: ApiStatus): string {
  const { node, version, uptime_s: upSeconds, config_hash: hash } = status;
  const up = elapsedText(upSeconds * 1000);
  return withoutControls(`${node}   routevane ${version}   up ${up}   configuration ${hash}`);
}

/** Only a refused one: what runs is then not what the file says. */
function reloadLines(status: ApiStatus, { paint, wallMs, widthMax }: How): readonly string[] {
  const { last_reload: reload } = status;
  if (reload === null || reload.ok) return [];
  const text = `the last reload, ${agoText(reload.at, wallMs)} ago, was refused: ${reload.reason}`;
  return [paint(cut(withoutControls(text), widthMax), 'red')];
}

function nodeLines({ drain }: ApiStatus, { paint, widthMax }: How): readonly string[] {
  const text = `this node is ${drainText(drain)}`;
  return drain === null ? [] : [paint(cut(withoutControls(text), widthMax), 'yellow')];
}

function section(
  title: string,
  rows: readonly (readonly (string | Cell)[])[],
  { paint, widthMax }: How,
): readonly string[] {
  return rows.length === 0 ? [] : ['', paint(title, 'bold'), ...tableLines(rows, '  ', widthMax)];
}

function serviceLines(services: readonly ApiService[], how: How): readonly string[] {
  if (services.length === 0) return [];
  const rows = services.map((service) => serviceRow(service, how));
  const heads = tableRows(rows, '  ', how.widthMax);
  return [
    '',
    how.paint('SERVICES', 'bold'),
    ...services.flatMap((service, index) => [
      ...(heads[index] ?? []),
      ...tableLines(
        service.real_servers.map((server) => serverRow(server, how)),
        '      ',
        how.widthMax,
      ),
    ]),
  ];
}

function signalRow(signal: ApiSignal, how: How): readonly (string | Cell)[] {
  const { name, type, since, suppressed_until: suppressed } = signal;
  const held = suppressed === null ? '' : `held down by damping until ${timeText(suppressed)}`;
  return [
    name,
    stateCell(signal, how),
    agoText(since, how.wallMs),
    type,
    flapsCell(signal, how),
    joined(held, reasonBesidesLoss(signal)),
  ];
}

function serviceRow(service: ApiService, how: How): readonly (string | Cell)[] {
  const { name, since, virtual, capacity_pct: capacity, quorum, drain, reason } = service;
  return [
    name,
    stateCell(service, how),
    agoText(since, how.wallMs),
    virtual ?? 'no IPVS',
    `capacity ${capacity}%`,
    joined(`quorum ${quorum}`, drainText(drain), reason),
  ];
}

function serverRow(server: ApiRealServer, how: How): readonly (string | Cell)[] {
  const { address, state, since, flaps, pooled: isPooled, drain } = server;
  const { latency_ms: latencyMs, active_connections: active } = server;
  return [
    address,
    stateCell(server, how),
    agoText(since, how.wallMs),
    weightText(server),
    active === null ? '' : `${active} active`,
    latencyMs === null ? '' : latencyText(latencyMs),
    flaps === 0 ? '' : flapsCell(server, how),
    joined(
      drainText(drain),
      isPooled && state === 'down' ? 'kept by min_pooled' : '',
      reasonBesidesLoss(server),
    ),
  ];
}

function routeRow(route: ApiRoute, how: How): readonly (string | Cell)[] {
  const { key, since, med, confirmed: isConfirmed, drain, because } = route;
  return [
    key,
    stateCell(route, how),
    agoText(since, how.wallMs),
    med === null ? '' : `MED ${med}`,
    isConfirmed ? 'confirmed' : 'unconfirmed',
    joined(drainText(drain), because),
  ];
}

function sinkRow(sink: ApiSink, how: How): readonly (string | Cell)[] {
  const { name, peer_version: version, pending, rejected, reason } = sink;
  return [
    name,
    stateCell(sink, how),
    version ?? '',
    joined(`${pending} pending, ${rejected} rejected`, reason),
  ];
}

/** Only signals and real servers have observers that can be lost. */
function stateCell(
  { state, lost = null }: { readonly state: string; readonly lost?: ApiLoss | null },
  { paint, states, wallMs }: How,
): Cell {
  if (lost !== null) {
    const text = `${state} (${lostText(lost, wallMs)})`;
    return { text, isWide: true, paint: (on) => paint(on, 'yellow') };
  }
  const known = states.get(state);
  if (known !== undefined) return known;
  const colour = colourOf[state];
  const cell =
    colour === undefined
      ? { text: state }
      : { text: state, paint: (on: string) => paint(on, colour) };
  states.set(state, cell);
  return cell;
}

function weightText(server: ApiRealServer): string {
  const { weight, base_weight: base, in_table: isInTable, removed: isRemoved = false } = server;
  if (isInTable === false) return 'not in the IPVS table';
  if (weight === null) return '';
  const text =
    base === null || base === weight ? `weight ${weight}` : `weight ${weight} of ${base}`;
  return isRemoved ? `${text}, removed` : text;
}

function flapsCell(
  { flaps, flapping: isFlapping }: ApiSignal | ApiRealServer,
  { paint }: How,
): Cell {
  const text = flaps === 1 ? '1 fall' : `${flaps} falls`;
  if (!isFlapping) return { text };
  return { text: `${text}, flapping`, paint: (on) => paint(on, 'yellow') };
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('; ');
}
