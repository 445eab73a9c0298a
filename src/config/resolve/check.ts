import type { Check, SettleRules, TcpCheck } from '../../model/check.ts';
import { DEFAULTS, SETTLE_DEFAULTS } from '../defaults.ts';
import { known, parseAddress, parseExpect, parsePayload, parseRegex } from '../parse.ts';
import type { CheckDefaultsFile, CheckFile, CheckOverrideFile, CheckType } from '../schema.ts';
import { timingOf } from '../timing.ts';
import { Interned } from './intern.ts';
import { resolvePlugin } from './plugin.ts';
import { msOr, settleOf } from './settle.ts';

/** Lays defaults, check and a server's own keys over each other. Equal checks are one object. */
export class CheckResolver {
  readonly #defaults: CheckDefaultsFile;
  readonly #folder: string;
  readonly #checks = new Interned<Check>();
  readonly #settle = new Interned<SettleRules>();

  constructor(defaults: CheckDefaultsFile, folder: string) {
    this.#defaults = defaults;
    this.#folder = folder;
  }

  check(base: CheckFile | undefined, override: CheckOverrideFile): Check {
    const file: CheckOverrideFile = { ...this.#defaults, ...base, ...override };
    return this.#checks.of(inOneOrder(file), () => this.#make(file));
  }

  #make(file: CheckOverrideFile): Check {
    const timing = timingOf(file);
    if (timing === null || file.type === undefined)
      throw new Error('bug: a faulty check was resolved');
    const { pushed, polled } = SETTLE_DEFAULTS;
    // A plugin reports each change once.
    const settle = settleOf(file, file.type === 'plugin' ? pushed : polled);
    const common = {
      ...timing,
      port: file.port ?? null,
      source: file.source === undefined ? null : known(parseAddress(file.source)).text,
      sweep: file.sweep ?? DEFAULTS.check.sweep,
      settle: this.#settle.of(settle, () => settle),
    };
    const expect = known(parseExpect(file.expect ?? DEFAULTS.check.expect));
    const send = file.send === undefined ? null : known(parsePayload(file.send));
    if (file.type === 'tcp') {
      return { type: 'tcp', ...common, mode: file.mode ?? DEFAULTS.check.tcpMode, send, expect };
    }
    if (file.type === 'udp') {
      // An empty datagram is enough to get an ICMP port unreachable.
      const icmpIntervalMs = msOr(file.icmp_interval, DEFAULTS.check.icmpIntervalMs);
      return { type: 'udp', ...common, send: send ?? new Uint8Array(), expect, icmpIntervalMs };
    }
    if (file.type === 'plugin') {
      if (file.module === undefined) throw new Error('bug: a plugin without a module was resolved');
      return { type: 'plugin', ...common, plugin: resolvePlugin(file, file.module, this.#folder) };
    }
    return richer(file.type, file, { ...common, send });
  }
}

type Common = Pick<TcpCheck, Exclude<keyof TcpCheck, 'type' | 'mode' | 'expect'>>;

/** Checks that look further than an open port. */
function richer(
  type: Exclude<CheckType, 'tcp' | 'udp' | 'plugin'>,
  file: CheckOverrideFile,
  { send, ...common }: Common,
): Check {
  switch (type) {
    case 'http':
    case 'https': {
      const [statusFrom = 0, statusTo = statusFrom] = statusRange(
        file.status ?? DEFAULTS.check.status,
      );
      const { path = DEFAULTS.check.httpPath, host = null, verify = DEFAULTS.check.verify } = file;
      const body = file.body === undefined ? null : known(parseRegex(file.body));
      return { type, ...common, path, host, statusFrom, statusTo, body, verify };
    }
    case 'dns': {
      const { record = DEFAULTS.check.record, rcode = DEFAULTS.check.rcode } = file;
      const { name = '.', answer = DEFAULTS.check.answer } = file;
      return { type, ...common, name, record, rcode, answer };
    }
    case 'exec':
      return { type, ...common, command: file.command ?? [], user: file.user ?? null };
    case 'agent':
      return { type, ...common, send };
    case 'grpc':
      return { type, ...common, service: file.service ?? '' };
    default:
      return type satisfies never;
  }
}

function statusRange(status: string | number): readonly number[] {
  return String(status).split('-').map(Number);
}

function inOneOrder(file: CheckOverrideFile): unknown {
  return Object.entries(file).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
