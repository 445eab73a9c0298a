import { BehaviorSubject, type Subscription } from 'rxjs';
import type { PluginRun } from '../../../src/model/check.ts';
import type { Config } from '../../../src/model/config.ts';
import type { Notice } from '../../../src/model/notice.ts';
import type { Observation } from '../../../src/model/observation.ts';
import { plugins } from '../../../src/sources/plugin/plugins.ts';
import { fileURLToPath } from 'node:url';
import { emptyConfig } from '../../empty-config.ts';

export const fixtures = fileURLToPath(new URL('../../fixtures/plugins', import.meta.url));

const settle = {
  rise: 1,
  fall: 1,
  updelayMs: 0,
  downdelayMs: 0,
  damping: null,
  lostHoldMs: 10_000,
  onLost: 'down',
} as const;

/** A plugin of the fixtures' folder, by its file's name. */
export function pluginRun(file: string, more: Partial<PluginRun> = {}): PluginRun {
  return {
    module: file.startsWith('/') ? file : `${fixtures}/${file}`,
    folder: fixtures,
    options: undefined,
    isolate: 'worker',
    staleAfterMs: null,
    ...more,
  };
}

export function configWith(runs: Readonly<Record<string, PluginRun>>): Config {
  const signals = Object.entries(runs).map(
    ([name, plugin]) => ({ name, type: 'plugin', plugin, settle }) as const,
  );
  return { ...emptyConfig, signals };
}

/** The source at work, with all it said, and waits for what it will say. */
export class Rig {
  readonly config$: BehaviorSubject<Config>;
  readonly observations: Observation[] = [];
  readonly notices: Notice[] = [];
  readonly #subscription: Subscription;
  #changed: () => void = () => {};

  constructor(runs: Readonly<Record<string, PluginRun>>) {
    this.config$ = new BehaviorSubject(configWith(runs));
    this.#subscription = plugins(this.config$, {
      notify: (notice) => {
        this.notices.push(notice);
        this.#changed();
      },
    }).subscribe((observation) => {
      this.observations.push(observation);
      this.#changed();
    });
  }

  of(signal: string): Observation[] {
    return this.observations.filter((observation) => observation.signal === signal);
  }

  /** Resolves as soon as `holds` does; the runner's time limit is the only other end. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  /** Resolves to the reason of the first `lost` of a signal. */
  async lost(signal: string): Promise<string> {
    const find = (): Observation | undefined =>
      this.of(signal).find(({ state }) => state === 'lost');
    await this.until(() => find() !== undefined);
    return find()?.reason ?? '';
  }

  close(): void {
    this.#subscription.unsubscribe();
  }
}
