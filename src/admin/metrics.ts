import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Config } from '../model/config.ts';
import type { LastReload } from '../model/last-reload.ts';
import type { Notice } from '../model/notice.ts';
import type { Observation } from '../model/observation.ts';
import type { ActionReport, SinkEvent } from '../model/report.ts';
import type { Turn } from '../model/turn.ts';
import type { View } from '../model/view.ts';
import { loopLag } from './loop-lag.ts';
import { viewText } from './metrics-view.ts';

/** From an eighth of a millisecond, as on loopback, to what a patient timeout allows. */
const probeBuckets = [
  0.000125, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5,
];
/** From one turn of the loop to what other health checkers take. */
const reactionBuckets = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** Defaults of the library whose names say `total` without being counters: promtool refuses them. */
const misnamed = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

export interface Metrics {
  /** The configuration in force: which check each observation is of. */
  readonly configured: (config: Config) => void;
  readonly observed: (observation: Observation) => void;
  readonly turned: (turn: Turn) => void;
  readonly reported: (report: SinkEvent) => void;
  /** What sources and the admin interface say; notices of turns and reports count by themselves. */
  readonly noticed: (notice: Notice) => void;
  /** The whole page, in Prometheus's text format 0.0.4, made in slices of a millisecond or two. */
  readonly scrape: (view: View) => Promise<string>;
}

export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** The library's own watch over the event loop, which `loopLag` replaces, wakes the process as rarely as it may. */
const UNUSED_PRECISION_MS = 60_000;

/**
 * What Prometheus scrapes. Events are counted as they come; whatever has a state is read from
 * the view when it is asked for. To be made once a process: the library's defaults (memory, CPU,
 * delay of the event loop) watch the process for as long as it lives.
 */
export function metrics(
  version: string,
  lastReload: () => LastReload | null = () => null,
): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: UNUSED_PRECISION_MS });
  loopLag(registry);
  for (const name of misnamed) registry.removeSingleMetric(name);
  const count = counters(registry, version);
  configReload(registry, lastReload);
  let probes: ReadonlyMap<string, Observe> = new Map();
  return {
    configured(config) {
      probes = probesOf(config, count.probe);
    },
    observed({ signal, latencyMs }) {
      if (latencyMs !== undefined) probes.get(signal)?.observe(latencyMs / 1000);
    },
    turned({ notices }) {
      for (const { event } of notices) count.notices.inc({ event });
    },
    noticed: ({ event }) => count.notices.inc({ event }),
    reported(report) {
      switch (report.kind) {
        case 'action':
          return countAction(report, count);
        case 'state':
          if (report.state === 'off') count.sinks.remove({ sink: report.sink });
          else count.sinks.set({ sink: report.sink }, report.state === 'connected' ? 1 : 0);
          return;
        case 'notice':
          return count.notices.inc({ event: report.event });
        case 'adopted':
          // The view counts the routes that are announced.
          return;
        default:
          return report satisfies never;
      }
    },
    scrape: async (view) => `${await viewText(view)}${await registry.metrics()}`,
  };
}

interface Observe {
  observe(seconds: number): void;
}

/** One label lookup a configuration instead of one a probe: there are 20,000 of these a second. */
function probesOf(config: Config, probe: Histogram<'type'>): ReadonlyMap<string, Observe> {
  const observers = new Map<string, Observe>();
  const add = (signal: string, type: string): void => {
    observers.set(signal, probe.labels({ type }));
  };
  for (const { name, type } of config.signals) add(name, type);
  for (const { realServers } of config.services) {
    for (const { key, check } of realServers) add(key, check.type);
  }
  return observers;
}

/** As Prometheus itself names them: alerts on a refused reload are written by these. */
function configReload(registry: Registry, lastReload: () => LastReload | null): void {
  const registers = [registry];
  const startMs = Date.now();
  const accepted: Gauge = new Gauge({
    name: 'routevane_config_last_reload_success_timestamp_seconds',
    help: 'When the configuration was last accepted, at a reload or at the start.',
    registers,
    collect() {
      accepted.set((lastReload()?.acceptedAtMs ?? startMs) / 1000);
    },
  });
  const successful: Gauge = new Gauge({
    name: 'routevane_config_last_reload_successful',
    help: '1 where the last reload was accepted or there was none, 0 where it was refused.',
    registers,
    collect() {
      successful.set(lastReload()?.isAccepted === false ? 0 : 1);
    },
  });
}

type Counters = ReturnType<typeof counters>;

function counters(registry: Registry, version: string) {
  const registers = [registry];
  const build = new Gauge({
    name: 'routevane_build_info',
    help: 'Always 1; the version is in the label.',
    labelNames: ['version'],
    registers,
  });
  build.set({ version }, 1);
  return {
    probe: new Histogram({
      name: 'routevane_probe_duration_seconds',
      help: 'How long a probe took until its result, by type of check.',
      labelNames: ['type'],
      buckets: probeBuckets,
      registers,
    }),
    actions: new Counter({
      name: 'routevane_actions_total',
      help: 'What was done: announce, withdraw, weight, add, remove; and what came of it.',
      labelNames: ['sink', 'kind', 'result'],
      registers,
    }),
    reaction: new Histogram({
      name: 'routevane_reaction_seconds',
      help: 'From the observation at the root to the action that was handed to the sink.',
      buckets: reactionBuckets,
      registers,
    }),
    sinks: new Gauge({
      name: 'routevane_sink_connected',
      help: '1 while the sink works, 0 while it is lost.',
      labelNames: ['sink'],
      registers,
    }),
    notices: new Counter({
      name: 'routevane_notices_total',
      help: 'Notices in the log for the operator, by event name.',
      labelNames: ['event'],
      registers,
    }),
  };
}

function countAction(report: ActionReport, { actions, reaction }: Counters): void {
  const { sink, action: kind, result, cause, atMs, isRepeat } = report;
  actions.inc({ sink, kind, result });
  // Whatever comes later for the same action, be it confirmed or refused, was handed over before.
  if (result !== 'sent' || isRepeat === true || cause.kind !== 'observation') return;
  reaction.observe((atMs - cause.observation.atMs) / 1000);
}
