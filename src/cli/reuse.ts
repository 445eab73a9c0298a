import { isDeepStrictEqual } from 'node:util';
import type { Check } from '../model/check.ts';
import type { Config } from '../model/config.ts';
import type { Pattern } from '../model/pattern.ts';
import type { RealServer } from '../model/service.ts';
import { parseRegex } from '../config/parse/regex.ts';

/**
 * Compiles the regular expressions of a configuration that was copied from another thread, and
 * reuses the objects of the old configuration wherever they are equal, so that later comparisons of
 * the two are by identity. Yields after each part, so that the caller can do other work.
 */
export function* reuse(old: Config, copy: Config): Generator<undefined, Config> {
  const compile = compiler();
  const oldServices = new Map(old.services.map((service) => [service.name, service]));
  const services = [];
  for (const service of copy.services) {
    const before = oldServices.get(service.name);
    const known = new Map(before?.realServers.map((server) => [server.key, server]));
    const realServers: RealServer[] = [];
    for (const server of service.realServers) {
      const compiled = { ...server, check: compiledCheck(server.check, compile) };
      realServers.push(same(known.get(server.key), compiled));
      yield;
    }
    services.push(same(before, { ...service, realServers }));
  }
  const oldSignals = new Map(old.signals.map((signal) => [signal.name, signal]));
  const signals = [];
  for (const signal of copy.signals) {
    signals.push(same(oldSignals.get(signal.name), signal));
    yield;
  }
  const oldRoutes = new Map(old.routes.map((route) => [route.key, route]));
  const routes = [];
  for (const route of copy.routes) {
    routes.push(same(oldRoutes.get(route.key), route));
    yield;
  }
  return { ...copy, services, signals, routes };
}

function same<T>(old: T | undefined, copy: T): T {
  return old !== undefined && isDeepStrictEqual(old, copy) ? old : copy;
}

/** A copy has the text of a pattern, and not what was compiled from it. */
function compiledCheck(check: Check, compile: (pattern: Pattern) => Pattern): Check {
  if (check.type === 'http' || check.type === 'https') {
    return check.body === null ? check : { ...check, body: compile(check.body) };
  }
  if ((check.type === 'tcp' || check.type === 'udp') && check.expect.kind === 'regex') {
    return { ...check, expect: { kind: 'regex', regex: compile(check.expect.regex) } };
  }
  return check;
}

/** Each text once: a service has one pattern for all its servers. */
function compiler(): (pattern: Pattern) => Pattern {
  const known = new Map<string, Pattern>();
  return ({ source, flags }) => {
    const text = `/${source}/${flags}`;
    const before = known.get(text);
    if (before !== undefined) return before;
    const parsed = parseRegex(text);
    if (!parsed.ok) throw new Error(`${text} compiled in one thread and not in another`);
    known.set(text, parsed.value);
    return parsed.value;
  };
}
