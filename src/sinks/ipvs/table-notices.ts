import type { BaseWeight } from '../../model/report.ts';
import { ipvsadmCommand } from './ipvsadm-command.ts';
import type { Managed } from './managed.ts';
import type { RemovedServers } from './plan.ts';
import type { IpvsReporter } from './reporter.ts';

/** Reports once what the table lacks of the configuration, and once that it is there. */
export class TableNotices {
  readonly #reporter: IpvsReporter;
  #missing: ReadonlySet<string> = new Set();
  #drained: ReadonlySet<string> = new Set();
  #orphans: ReadonlySet<string> = new Set();

  constructor(reporter: IpvsReporter) {
    this.#reporter = reporter;
  }

  missing({ services }: Managed, missing: ReadonlySet<string>): void {
    const gone: string[] = [];
    const back: string[] = [];
    const note = (name: string, what: string, wasMissing: boolean): void => {
      if (missing.has(name) && !wasMissing) {
        gone.push(
          `${what} is not in the IPVS table: routevane waits for it and does not create it`,
        );
      }
      if (!missing.has(name) && wasMissing) back.push(`${what} is in the IPVS table now`);
    };
    for (const { name, serviceNames, servers } of services) {
      const wasMissing = this.#missing.has(name);
      note(name, `the service ${name} (${serviceNames.join(' or ')})`, wasMissing);
      // A service that is missing lacks all its servers: one line is enough.
      if (missing.has(name)) continue;
      for (const { key } of servers) {
        note(key, `the real server ${key}`, !wasMissing && this.#missing.has(key));
      }
    }
    this.#reporter.lines('warn', 'ipvs_missing', gone);
    this.#reporter.lines('info', 'ipvs_found', back);
    this.#missing = missing;
  }

  /** Real servers at weight 0 for which no other weight is configured or saved. */
  drained(bases: ReadonlyMap<string, BaseWeight>): void {
    const drained = new Set([...bases].flatMap(([key, base]) => (base.isDrained ? [key] : [])));
    const lines = [...drained]
      .filter((key) => !this.#drained.has(key))
      .map(
        (key) =>
          `${key} has weight 0 and no earlier weight is known: it stays at 0 until another program sets one`,
      );
    this.#reporter.lines('warn', 'ipvs_drained', lines);
    this.#drained = drained;
  }

  /** Removed real servers that the configuration no longer names: routevane does not add them again. */
  orphans({ servers }: Managed, removed: RemovedServers): void {
    const known = new Set(
      [...servers.values()].flatMap(({ candidates }) =>
        candidates.map(({ entryName }) => entryName),
      ),
    );
    const orphans = new Set([...removed.keys()].filter((entryName) => !known.has(entryName)));
    const lines = [...removed]
      .filter(([entryName]) => orphans.has(entryName) && !this.#orphans.has(entryName))
      .map(
        ([, each]) =>
          `routevane removed this real server, and it is no longer configured; to add it again: ${ipvsadmCommand({ kind: 'add', ...each })}`,
      );
    this.#reporter.lines('warn', 'ipvs_orphan', lines);
    this.#orphans = orphans;
  }
}
