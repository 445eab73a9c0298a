import { setImmediate } from 'node:timers/promises';
import { BehaviorSubject, firstValueFrom, Subject, VirtualTimeScheduler } from 'rxjs';
import type { Config } from '../../../src/model/config.ts';
import type { ActionReport, SinkEvent, SinkFeedback } from '../../../src/model/report.ts';
import type { RealServer, Service, Virtual } from '../../../src/model/service.ts';
import type { Turn, WeightIntent } from '../../../src/model/turn.ts';
import type { TableAccess } from '../../../src/sinks/ipvs/table-access.ts';
import { ipvs } from '../../../src/sinks/ipvs/ipvs.ts';
import type { IpvsSettings } from '../../../src/sinks/ipvs/ipvs-settings.ts';
import { emptyConfig } from '../../empty-config.ts';
import { tcpCheck } from './tcp-check.ts';
import { FakeTable } from './fake-table.ts';

/** Virtual time passes in steps this long, so that promises settle in between. */
const STEP_MS = 50;

/** Drives the sink over a table in memory, in virtual time. */
export class Rig {
  readonly table = new FakeTable();
  readonly events: SinkEvent[] = [];
  readonly feedback: SinkFeedback[] = [];
  readonly config$: BehaviorSubject<Config>;
  readonly turn$ = new Subject<Turn>();
  readonly gone$ = new Subject<void>();
  readonly scheduler = new VirtualTimeScheduler();
  readonly opened: TableAccess['via'][] = [];
  open: (via: TableAccess['via']) => TableAccess = () => this.table;
  isComplete = false;
  settings: IpvsSettings = quiet;
  readonly #weights = new Map<string, WeightIntent>();

  constructor(config: Config) {
    this.config$ = new BehaviorSubject(config);
  }

  start(): () => void {
    const subscription = ipvs(this.config$, this.turn$, {
      open: (via) => {
        this.opened.push(via);
        return this.open(via);
      },
      feedback: (feedback) => this.feedback.push(feedback),
      gone$: this.gone$,
      readSettings: () => Promise.resolve(this.settings),
      scheduler: this.scheduler,
    }).subscribe({
      next: (event) => this.events.push(event),
      complete: () => (this.isComplete = true),
    });
    return () => subscription.unsubscribe();
  }

  /** Wants these weights from now on; `null`: no opinion any more. */
  want(wants: Readonly<Record<string, number | 'removed' | null>>, watched: string[] = []): void {
    for (const [server, weight] of Object.entries(wants)) {
      const service = server.split('/')[0] ?? '';
      const cause = { kind: 'table', atMs: this.scheduler.now() } as const;
      if (weight === null) this.#weights.delete(server);
      else this.#weights.set(server, { server, service, weight, cause });
    }
    this.turn$.next({
      atMs: this.scheduler.now(),
      changes: [],
      decisions: [],
      weightDecisions: [],
      notices: [],
      intents: {
        routes: new Map(),
        changed: [],
        weights: this.#weights,
        changedWeights: Object.keys(wants),
        watched: new Set(watched),
        shares: { percentOf: () => null },
      },
    });
  }

  /** Writes do not end before what is returned is called. */
  closeGate(): () => void {
    const gate$ = new Subject<void>();
    this.table.gate = firstValueFrom(gate$);
    return () => gate$.next();
  }

  /** Lets what is ready happen, without time. */
  async settle(): Promise<void> {
    for (let round = 0; round < 5; round += 1) await setImmediate();
  }

  async pass(ms: number): Promise<void> {
    const endMs = this.scheduler.frame + ms;
    await this.settle();
    while (this.scheduler.frame < endMs) {
      const stepMs = Math.min(this.scheduler.frame + STEP_MS, endMs);
      this.scheduler.maxFrames = stepMs;
      this.scheduler.flush();
      this.scheduler.frame = stepMs;
      await setImmediate();
      await setImmediate();
    }
    await this.settle();
  }

  actions(result: ActionReport['result'] | null = null): ActionReport[] {
    return this.events.flatMap((report) =>
      report.kind === 'action' && (result === null || report.result === result) ? [report] : [],
    );
  }

  commands(result: ActionReport['result']): string[] {
    return this.actions(result).map(({ command }) => command);
  }

  notices(event: string): string[] {
    return this.events.flatMap((report) =>
      report.kind === 'notice' && report.event === event ? [report.message] : [],
    );
  }

  states(): string[] {
    return this.events.flatMap((report) =>
      report.kind === 'state' ? [`${report.state}: ${report.reason}`] : [],
    );
  }

  lastTable(): Extract<SinkFeedback, { kind: 'table' }> | undefined {
    return this.feedback.findLast((feedback) => feedback.kind === 'table');
  }
}

/** Settings that give no advice. */
export const quiet: IpvsSettings = {
  connectionTableSize: null,
  sysctls: new Map(),
  isOnLink: () => true,
  bitsPerS: null,
  linkBitsPerS: null,
};

export interface SampleServer {
  readonly address: string;
  readonly port?: number;
  readonly weight?: number;
}

export function serviceOf(
  name: string,
  virtual: Virtual,
  servers: readonly SampleServer[],
  onDown: Service['onDown'] = 'quiesce',
): Service {
  return {
    name,
    virtual,
    quorum: null,
    hysteresis: null,
    validWhen: null,
    minPooledPercent: null,
    slowStartMs: 0,
    onDown,
    realServers: servers.map(({ address, port = 80, weight = null }): RealServer => {
      return {
        key: `${name}/${address}:${port}`,
        address,
        port,
        weight,
        domain: null,
        check: tcpCheck,
      };
    }),
  };
}

export function configOf(services: readonly Service[], more: Partial<Config> = {}): Config {
  return { ...emptyConfig, services, ipvs: { via: 'netlink', dryRun: false }, ...more };
}

export const webVirtual: Extract<Virtual, { kind: 'address' }> = {
  kind: 'address',
  address: '192.0.2.10',
  port: 80,
  protocol: 'tcp',
};
