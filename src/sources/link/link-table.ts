import type { Observation } from '../../model/observation.ts';
import { nowMs } from '../../platform/clock.ts';
import { parseLinkMessages, type LinkMessage } from '../../protocol/rtnetlink.ts';
import { isInterfaceName } from './interface-name.ts';
import { linkVerdict, carrierVerdict, type LinkVerdict } from './verdict.ts';
import { folderProblem, readStateFile, type HookState } from './hook-file.ts';
import { readLink, type SysfsLink } from './sysfs.ts';

/** Which signals there are, and where the hook writes. */
export interface LinkConfig {
  /** Folder of the hook's state files; `null`: there is no hook. */
  readonly dir: string | null;
  readonly interfaces: readonly { readonly signal: string; readonly interface: string }[];
}

/** One interface and all that is known about it. */
interface Link {
  readonly name: string;
  /** Its signals, each with the verdict that was last emitted; `null`: none yet. */
  readonly emitted: Map<string, LinkVerdict | null>;
  file: HookState;
  sysfs: SysfsLink;
  /** Why its state file is not used, as last logged; `null`: it is used. */
  refused: string | null;
}

const NONE: readonly Observation[] = [];
const NO_FILE: HookState = { kind: 'none' };
const GONE: SysfsLink = { kind: 'gone' };
const NOT_A_NAME: SysfsLink = { kind: 'unreadable', reason: 'not the name of an interface' };

/**
 * The last known state of each watched interface. Every method takes one event and returns one
 * observation for each signal whose verdict changed.
 */
export class LinkTable {
  readonly #sysfsDir: string;
  readonly #fileRefused: (name: string, reason: string | null) => void;
  #dir: string | null = null;
  #links: ReadonlyMap<string, Link> = new Map();

  /** @param fileRefused called once for each reason why a state file cannot be used, and with `null` when it can. */
  constructor(
    sysfsDir: string,
    fileRefused: (name: string, reason: string | null) => void = () => {},
  ) {
    this.#sysfsDir = sysfsDir;
    this.#fileRefused = fileRefused;
  }

  /** Takes a configuration over. New signals are observed at once; the others keep their state. */
  configure(config: LinkConfig): readonly Observation[] {
    const links = new Map<string, Link>();
    for (const { signal, interface: name } of config.interfaces) {
      const link = links.get(name) ?? newLink(name, this.#links.get(name));
      link.emitted.set(signal, this.#links.get(name)?.emitted.get(signal) ?? null);
      links.set(name, link);
    }
    this.#dir = config.dir;
    this.#links = links;
    return this.readAll();
  }

  /** Something about the state file of `name` changed; `null`: perhaps about any. */
  fileChanged(name: string | null): readonly Observation[] {
    if (name === null) return [...this.#links.values()].flatMap((link) => this.#readFile(link));
    const link = this.#links.get(name);
    return link === undefined ? NONE : this.#readFile(link);
  }

  /** One datagram of link messages from netlink. */
  datagram(bytes: Uint8Array): readonly Observation[] {
    return parseLinkMessages(bytes).flatMap((message) => this.#message(message));
  }

  /** Reads everything anew, for whatever was missed. */
  readAll(): readonly Observation[] {
    return [...this.#links.values()].flatMap((link) => {
      link.file = this.#fileOf(link);
      return this.#reread(link);
    });
  }

  #message(message: LinkMessage): readonly Observation[] {
    if (message.kind === 'broken') return this.readAll();
    const link = this.#links.get(message.name);
    const observations = link === undefined ? [] : [...this.#carrierChanged(link, message)];
    const index = message.kind === 'link' ? message.facts.index : message.index;
    for (const other of this.#links.values()) {
      // It had this name before it was renamed.
      if (other !== link && other.sysfs.kind === 'seen' && other.sysfs.facts.index === index) {
        observations.push(...this.#reread(other));
      }
    }
    return observations;
  }

  /**
   * Down is taken from the message, so that no fall is missed however short it was.
   * Up is read again: the link may have gone down while the message waited.
   */
  #carrierChanged(link: Link, message: LinkMessage): readonly Observation[] {
    if (message.kind !== 'link' || carrierVerdict(message.facts).state !== 'down') {
      return this.#reread(link);
    }
    link.sysfs = { kind: 'seen', facts: message.facts };
    return emitChanged(link);
  }

  #reread(link: Link): readonly Observation[] {
    const sysfs = this.#readSysfs(link.name);
    const fallen = sysfs.kind === 'gone' ? emitRemoved(link) : NONE;
    link.sysfs = sysfs;
    return [...fallen, ...emitChanged(link)];
  }

  #readFile(link: Link): readonly Observation[] {
    link.file = this.#fileOf(link);
    return emitChanged(link);
  }

  #readSysfs(name: string): SysfsLink {
    return isInterfaceName(name) ? readLink(this.#sysfsDir, name) : NOT_A_NAME;
  }

  #fileOf(link: Link): HookState {
    const { name } = link;
    if (this.#dir === null || !isInterfaceName(name)) return NO_FILE;
    const problem = folderProblem(this.#dir);
    if (problem !== null) return { kind: 'bad', reason: problem };
    const file = readStateFile(this.#dir, name);
    const refused = file.kind === 'bad' ? file.reason : null;
    if (refused !== link.refused) this.#fileRefused(name, refused);
    link.refused = refused;
    return file;
  }
}

function newLink(name: string, before: Link | undefined): Link {
  const refused = before?.refused ?? null;
  return { name, emitted: new Map(), file: NO_FILE, sysfs: GONE, refused };
}

/**
 * The kernel switches an interface off before it removes it. Where that message was missed, this
 * emits it: `lost` alone would leave the health of the removed interface as it was.
 */
function emitRemoved(link: Link): readonly Observation[] {
  if (link.sysfs.kind !== 'seen') return NONE;
  link.sysfs = { kind: 'seen', facts: { ...link.sysfs.facts, isAdminUp: false } };
  return emitChanged(link);
}

/** One observation for each signal whose last emitted verdict differs. */
function emitChanged({ name, emitted, file, sysfs }: Link): readonly Observation[] {
  const { state, reason } = linkVerdict(name, file, sysfs);
  const observations: Observation[] = [];
  for (const [signal, last] of emitted) {
    if (last?.state === state && last.reason === reason) continue;
    emitted.set(signal, { state, reason });
    observations.push({ signal, state, reason, atMs: nowMs() });
  }
  return observations;
}
