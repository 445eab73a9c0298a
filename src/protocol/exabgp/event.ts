import { pathId } from './rib-line.ts';
import { printable } from '../printable.ts';
import type { ExabgpReply, SentAttributes, SentRoute } from './reply.ts';

const OTHER: ExabgpReply = { kind: 'other' };
const GARBAGE: ExabgpReply = { kind: 'garbage' };

/** Longest reason of a state event that is passed on, in characters. */
export const NOTIFICATION_MAX_CHARS = 300;

/** One event of the json encoder, 4.x and 5.x. */
export function parseEvent(line: string): ExabgpReply {
  const event = record(parseJson(line));
  const type = event?.['type'];
  if (event === null || typeof type !== 'string') return GARBAGE;
  if (event['notification'] === 'shutdown') return { kind: 'shutdown' };
  const neighbor = record(event['neighbor']);
  const address = record(neighbor?.['address'])?.['peer'];
  if (neighbor === null || typeof address !== 'string') return OTHER;
  if (type === 'state') return stateEvent(address, neighbor);
  if (type === 'update' && neighbor['direction'] === 'send') return sentEvent(address, neighbor);
  return OTHER;
}

type Fields = Readonly<Record<string, unknown>>;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function record(value: unknown): Fields | null {
  return isRecord(value) ? value : null;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function stateEvent(neighbor: string, fields: Fields): ExabgpReply {
  const state = fields['state'];
  const reason = fields['reason'];
  if (state !== 'up' && state !== 'down' && state !== 'connected') return OTHER;
  const text = typeof reason === 'string' ? printable(reason, NOTIFICATION_MAX_CHARS) : '';
  return { kind: 'state', neighbor, state, reason: text };
}

function sentEvent(neighbor: string, fields: Fields): ExabgpReply {
  const update = record(record(fields['message'])?.['update']);
  const announced: SentRoute[] = [];
  const withdrawn: SentRoute[] = [];
  // { family: { next hop: [routes] } }
  for (const hops of Object.values(record(update?.['announce']) ?? {}))
    for (const routes of Object.values(record(hops) ?? {})) collect(routes, announced);
  // { family: [routes] }
  for (const routes of Object.values(record(update?.['withdraw']) ?? {}))
    collect(routes, withdrawn);
  const attributes = sentAttributes(record(update?.['attribute']));
  return { kind: 'update-sent', neighbor, attributes, announced, withdrawn };
}

function sentAttributes(fields: Fields | null): SentAttributes {
  const med = fields?.['med'];
  const communities = array(fields?.['community']).map((pair) => array(pair).join(':'));
  return { med: typeof med === 'number' ? med : null, communities: communities.toSorted() };
}

function collect(routes: unknown, into: SentRoute[]): void {
  for (const route of array(routes)) {
    // `exabgp.api.compact` prints the prefix alone.
    const fields = record(route);
    const prefix = fields === null ? route : fields['nlri'];
    if (typeof prefix !== 'string') continue;
    const path = fields?.['path-information'];
    into.push({ prefix, pathId: typeof path === 'string' ? pathId(path) : null });
  }
}
