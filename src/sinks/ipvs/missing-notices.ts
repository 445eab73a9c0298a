import type { BaseWeight } from '../../model/report.ts';
import { loggedChange } from './logged-change.ts';
import type { Owned } from './owned.ts';
import type { TakenOut } from './plan.ts';
import type { IpvsReporter } from './reporter.ts';

/** Tells once what of the configuration the table lacks, and once that it is there. */
export class MissingNotices {
  readonly #reporter: IpvsReporter;
  #told: ReadonlySet<string> = new Set();
  #drained: ReadonlySet<string> = new Set();
  #orphans: ReadonlySet<string> = new Set();

  constructor(reporter: IpvsReporter) {
    this.#reporter = reporter;
  }

  tell({ services }: Owned, missing: ReadonlySet<string>): void {
    const gone: string[] = [];
    const back: string[] = [];
    const note = (name: string, what: string, wasTold: boolean): void => {
      if (missing.has(name) && !wasTold) {
        gone.push(
          `${what} is not in the IPVS table: waiting for it (routevane does not create it)`,
        );
      }
      if (!missing.has(name) && wasTold) back.push(`${what} is in the table now`);
    };
    for (const { name, serviceNames, servers } of services) {
      const wasTold = this.#told.has(name);
      note(name, `the service ${name} (${serviceNames.join(' or ')})`, wasTold);
      // A service that is not there has no servers: nobody needs a line for each.
      if (missing.has(name)) continue;
      for (const { key } of servers) {
        note(key, `the real server ${key}`, !wasTold && this.#told.has(key));
      }
    }
    this.#reporter.lines('warn', 'ipvs_missing', gone);
    this.#reporter.lines('info', 'ipvs_found', back);
    this.#told = missing;
  }

  /** Real servers found at 0 of which nobody knows a better weight. */
  tellDrained(bases: ReadonlyMap<string, BaseWeight>): void {
    const drained = new Set([...bases].flatMap(([key, base]) => (base.isDrained ? [key] : [])));
    const lines = [...drained]
      .filter((key) => !this.#drained.has(key))
      .map(
        (key) =>
          `${key} has weight 0 and no earlier weight is known: it stays at 0 until somebody sets one`,
      );
    this.#reporter.lines('warn', 'ipvs_drained', lines);
    this.#drained = drained;
  }

  /** Real servers that we took out and that the configuration names no more: nobody will put them back. */
  tellOrphans({ servers }: Owned, taken: TakenOut): void {
    const known = new Set(
      [...servers.values()].flatMap(({ candidates }) => candidates.map(({ place }) => place)),
    );
    const orphans = new Set([...taken.keys()].filter((place) => !known.has(place)));
    const lines = [...taken]
      .filter(([place]) => orphans.has(place) && !this.#orphans.has(place))
      .map(
        ([, each]) =>
          `removed earlier and no longer configured; to add it again: ${loggedChange({ kind: 'add', ...each })}`,
      );
    this.#reporter.lines('warn', 'ipvs_orphan', lines);
    this.#orphans = orphans;
  }
}
