import type { Loose } from '../loose.ts';
import {
  endpointText,
  known,
  parseEndpoint,
  parseReference,
  parseVirtual,
  serverKey,
} from '../parse.ts';
import type { Report } from '../problems.ts';
import type { ConfigFile, ServiceFile } from '../schema.ts';
import { nearest } from '../suggest.ts';

/** Comparing a name with all others has a price: the first slips are explained best. */
const SUGGESTIONS_MAX = 100;

/** Everything a rule may name. A faulty signal still has its name, so references to it hold. */
export class Names {
  readonly #file: Loose<ConfigFile>;
  readonly #names: ReadonlySet<string>;
  /** Real servers by service, made when the first rule names one: few do. */
  readonly #servers = new Map<string, ReadonlySet<string>>();
  #suggestions = 0;

  constructor(file: Loose<ConfigFile>) {
    this.#file = file;
    this.#names = new Set([
      ...Object.keys(file.signals ?? {}),
      ...Object.keys(file.services ?? {}),
    ]);
  }

  /** Why `reference` cannot be referred to, or `null` where it can. */
  whyUnknown(reference: string): string | null {
    const service = reference.includes('/') ? (reference.split('/')[0] ?? '') : null;
    if (service === null || !Object.hasOwn(this.#file.services ?? {}, service)) {
      return this.#whyNoName(service ?? reference);
    }
    const servers = this.#serversOf(service);
    const key = known(parseReference(reference));
    // No guess here: a server whose address is near is still another server.
    if (servers === null || servers.has(key)) return null;
    return `the service "${service}" has no real server ${key.slice(service.length + 1)}: add it, or take this out`;
  }

  #whyNoName(name: string): string | null {
    if (this.#names.has(name)) return null;
    this.#suggestions += 1;
    const near = this.#suggestions <= SUGGESTIONS_MAX ? nearest(name, this.#names) : null;
    const hint = near === null ? 'define it, or take it out' : `did you mean "${near}"?`;
    return `no signal or service has the name "${name}": ${hint}`;
  }

  /** `null` where a faulty part leaves it open. */
  #serversOf(name: string): ReadonlySet<string> | null {
    const kept = this.#servers.get(name);
    if (kept !== undefined) return kept;
    const service = this.#file.services?.[name];
    const keys = service === undefined ? null : serverKeys(name, service);
    if (keys !== null) this.#servers.set(name, keys);
    return keys;
  }
}

function serverKeys(name: string, service: Loose<ServiceFile>): ReadonlySet<string> | null {
  if (service.real_servers === undefined) return null;
  const virtual = service.virtual === undefined ? null : known(parseVirtual(service.virtual));
  const keys = new Set<string>();
  for (const server of service.real_servers) {
    const text = typeof server === 'object' ? server.address : server;
    if (text === undefined) return null;
    const endpoint = known(parseEndpoint(text));
    const port = endpoint.port ?? (virtual?.kind === 'address' ? virtual.port : null);
    if (port === null) return null;
    keys.add(serverKey(name, endpointText(endpoint.address, port)));
  }
  return keys;
}

/** One name means one thing: a signal and a service share one space. */
export function checkSharedNames(file: Loose<ConfigFile>, report: Report): void {
  const signals = new Set(Object.keys(file.signals ?? {}));
  for (const name of Object.keys(file.services ?? {})) {
    if (!signals.has(name)) continue;
    report(['services', name], `a signal has the name "${name}" too: rename one of them`, 'key');
  }
}
