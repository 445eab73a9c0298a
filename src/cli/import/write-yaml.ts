import { withoutControls } from '../../protocol/printable.ts';
import {
  noteText,
  type Draft,
  type DraftKeys,
  type DraftRoute,
  type DraftServer,
  type DraftService,
  type DraftSignal,
  type Note,
} from './draft.ts';

/** Comments are cut here: a line of somebody else's file may be of any length. */
const COMMENT_MAX_CHARS = 200;

/** The configuration as text, in the style of the samples. */
export function writeYaml(draft: Draft, from: string): string {
  const { signals = [], services, routes, notes } = draft;
  const isIpvs = services.some(({ virtual }) => virtual !== null);
  const lines = [
    ...comment(`Made by "routevane import" from ${from}. Read it, then`),
    ...comment('  routevane check -c FILE    every problem at once'),
    ...comment(
      '  routevane run -c FILE      logs each weight it would write, as long as dry_run is true',
    ),
    ...notes.flatMap(commentOf),
    '',
    'state_dir: /var/lib/routevane # normal weights are kept here across crashes',
    'admin: { socket: /run/routevane/admin.sock } # for routevane status, explain and drain',
    '',
    ...(signals.length === 0 ? [] : ['signals:', ...signals.flatMap(signalLines), '']),
    servicesKey(services),
    ...services.flatMap(serviceLines),
    '',
    routesHead(routes),
    ...routes.flatMap(routeLines),
    '',
    'outputs:',
    ...(isIpvs
      ? [
          '  # exabgp: { via: stdio } # to announce the routes: take out the "#", and let ExaBGP start routevane',
        ]
      : ['  exabgp: { via: stdio }']),
    ...(isIpvs ? ['  ipvs: { via: netlink, dry_run: true } # false: the weights are written'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function signalLines({ name, keys, notes }: DraftSignal): string[] {
  return [
    ...notes.flatMap(commentOf).map((line) => `  ${line}`),
    `  ${scalar(name)}: ${flow(keys)}`,
  ];
}

/** Nothing but comments would be no mapping. */
function servicesKey(services: readonly DraftService[]): string {
  if (services.length === 0) return 'services: {}';
  const isEmpty = services.every(({ isOff = false }) => isOff);
  return isEmpty ? 'services: {} # take out "{}" when you switch one on' : 'services:';
}

function serviceLines(service: DraftService): string[] {
  const { name, virtual, check, keys, realServers, isOff = false, notes } = service;
  const block = [
    `${scalar(name)}:`,
    ...(virtual === null ? [] : [`  virtual: ${scalar(virtual)}`]),
    ...(check.length === 0 ? [] : [`  check: ${flow(check)}`]),
    ...keys.map(([key, value]) => `  ${key}: ${valueText(value)}`),
    '  real_servers:',
    ...realServers.map((server) => `    - ${serverText(server)}`),
  ];
  return [...notes.flatMap(commentOf), ...block.map((line) => (isOff ? `# ${line}` : line))].map(
    (line) => `  ${line}`,
  );
}

function serverText({ address, weight, check, note }: DraftServer): string {
  const keys: DraftKeys = [
    ['address', address],
    ...(weight === null ? [] : [['weight', weight] as const]),
  ];
  const parts = keys.map(([key, value]) => `${key}: ${valueText(value)}`);
  if (check.length > 0) parts.push(`check: ${flow(check)}`);
  const text = parts.length === 1 ? scalar(address) : `{ ${parts.join(', ')} }`;
  return note === null ? text : `${text} ${comment(note).join(' ')}`;
}

function routesHead(routes: readonly DraftRoute[]): string {
  if (routes.length === 0) return 'routes: []';
  const isEmpty = routes.every(({ isOff = false }) => isOff);
  return isEmpty ? 'routes: [] # complete those below, and take out the "[]"' : 'routes:';
}

function routeLines({ prefix, when, keys, notes, isOff = false }: DraftRoute): string[] {
  const [only = ''] = when;
  const lines = [
    `- prefix: ${scalar(prefix)}`,
    `  when: ${when.length === 1 ? scalar(only) : valueText(when)}`,
    ...keys.map(([key, value]) => `  ${key}: ${valueText(value)}`),
  ];
  return [
    ...notes.flatMap(commentOf).map((line) => `  ${line}`),
    ...lines.map((line) => (isOff ? `  # ${withoutControls(line)}` : `  ${line}`)),
  ];
}

function flow(keys: DraftKeys): string {
  return `{ ${keys.map(([key, value]) => `${key}: ${valueText(value)}`).join(', ')} }`;
}

function valueText(value: DraftKeys[number][1]): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? scalar(value) : `[${value.map(valueText).join(', ')}]`;
}

/** Plain where nobody could read it otherwise, else as JSON has it, which YAML reads the same. */
function scalar(text: string): string {
  return /^[A-Za-z0-9/][A-Za-z0-9_./:-]*$/u.test(text) &&
    !/^[\d.:_e]+$|^(?:true|false|null|yes|no|on|off)$|:$/iu.test(text)
    ? text
    : JSON.stringify(text);
}

function commentOf(note: Note): string[] {
  if (typeof note === 'string') return comment(note);
  const { file, line, text } = note;
  return comment(file === undefined ? `line ${noteText(note)}` : `${file}, line ${line}: ${text}`);
}

/** One line of a comment; control characters of the input do not reach the file. */
function comment(text: string): string[] {
  const plain = withoutControls(text);
  return [
    plain.length > COMMENT_MAX_CHARS ? `# ${plain.slice(0, COMMENT_MAX_CHARS)}…` : `# ${plain}`,
  ];
}
