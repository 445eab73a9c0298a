import type { DrainView, RouteView, ServiceView, SignalView, View } from '../model/view.ts';
import { weightOf } from './wire.ts';

/** Lines made in one turn of the loop. */
const SLICE_MAX = 500;

interface Sample {
  /** `{signal="tor-a"}`. */
  readonly labels: string;
  readonly value: number;
}

interface Family {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly samples: readonly (() => Sample)[];
}

/**
 * Whatever has a state, as lines of Prometheus's text format. Not through the library's gauges:
 * those would be filled and written in one go, 15 ms without a pause for 5,000 real servers.
 */
export async function viewText(view: View): Promise<string> {
  let text = '';
  let lines = 0;
  // What is read here is of one instant; only the writing takes turns with the rest of the daemon.
  for (const { name, type, help, samples } of families(view)) {
    // Named without a sample, too, as the library does it: whoever looks finds all there can be.
    text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    for (const sample of samples) {
      const { labels, value } = sample();
      text += `${name}${labels} ${value}\n`;
      lines += 1;
      if (lines % SLICE_MAX === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return text;
}

function families(view: View): readonly Family[] {
  const signals = view.signals();
  const services = view.services();
  const servers = services.flatMap(({ name, realServers }) =>
    realServers.map((server) => ({ service: name, server })),
  );
  const routes = view.routes();
  const drains = drainsOf(view.nodeDrain(), services, routes);
  return [
    gauge(
      'signal_up',
      '1 while a signal is up, 0 while it is down or unknown.',
      signals,
      (one) => ({
        labels: labelText({ signal: one.name }),
        value: one.state === 'up' ? 1 : 0,
      }),
    ),
    {
      name: 'routevane_signal_flaps_total',
      type: 'counter',
      help: 'Falls of a signal since the start.',
      samples: signals.map((one) => () => ({
        labels: labelText({ signal: one.name }),
        value: one.flaps,
      })),
    },
    lostFamily(signals, services),
    gauge('service_up', '1 while a service has its quorum, else 0.', services, (one) => ({
      labels: labelText({ service: one.name }),
      value: one.state === 'up' ? 1 : 0,
    })),
    gauge(
      'service_capacity_ratio',
      'Live weight of the whole weight, 0 to 1.',
      services,
      (one) => ({
        labels: labelText({ service: one.name }),
        value: one.capacityPercent / 100,
      }),
    ),
    gauge('real_server_up', '1 while its check is up, else 0.', servers, ({ service, server }) => ({
      labels: labelText({ service, address: server.address }),
      value: server.state === 'up' ? 1 : 0,
    })),
    gauge(
      'real_server_weight',
      'The weight it should have, in IPVS or, without IPVS, in its service; 0 where it carries nothing.',
      servers.filter(({ server }) => weightOf(server) !== null),
      ({ service, server }) => ({
        labels: labelText({ service, address: server.address }),
        value: weightOf(server) ?? 0,
      }),
    ),
    gauge(
      'route_announced',
      '1 while a route of this prefix is announced.',
      prefixes(routes),
      (one) => ({
        labels: labelText({ prefix: one[0] }),
        value: one[1] ? 1 : 0,
      }),
    ),
    gauge('drain_active', 'Always 1: this is drained.', drains, ({ drain }) => ({
      labels: labelText({ name: drain.name }),
      value: 1,
    })),
  ];
}

function lostFamily(signals: readonly SignalView[], services: readonly ServiceView[]): Family {
  const servers = services.flatMap(({ realServers }) => realServers);
  return gauge(
    'observer_lost',
    '1 while the observer of a signal or of a real server (service/address:port) is lost.',
    [
      ...signals.map(({ name, lost }) => ({ signal: name, lost })),
      ...servers.map(({ key, lost }) => ({ signal: key, lost })),
    ],
    ({ signal, lost }) => ({ labels: labelText({ signal }), value: lost === null ? 0 : 1 }),
  );
}

function gauge<T>(
  name: string,
  help: string,
  items: readonly T[],
  sample: (item: T) => Sample,
): Family {
  const samples = items.map((item) => () => sample(item));
  return { name: `routevane_${name}`, type: 'gauge', help, samples };
}

/** Routes of one prefix differ in path or neighbor: one that is announced is enough. */
function prefixes(
  routes: readonly RouteView[],
): readonly (readonly [prefix: string, isAnnounced: boolean])[] {
  const announced = new Map<string, boolean>();
  for (const { route, state } of routes) {
    // A withdraw that is held has not been made; a route that drains is still there.
    const isIn = state === 'announced' || state === 'draining' || state === 'held';
    announced.set(route.prefix, isIn || announced.get(route.prefix) === true);
  }
  return [...announced];
}

/** Each drain once: that of a service shows at its servers, too. */
function drainsOf(
  node: DrainView | null,
  services: readonly ServiceView[],
  routes: readonly RouteView[],
): readonly DrainView[] {
  const found = new Map<string, DrainView>();
  const add = (one: DrainView | null): void => {
    if (one !== null) found.set(one.drain.name, one);
  };
  add(node);
  for (const service of services) {
    add(service.drain);
    for (const server of service.realServers) add(server.drain);
  }
  for (const route of routes) add(route.drain);
  return [...found.values()];
}

function labelText(pairs: Readonly<Record<string, string>>): string {
  const list = Object.entries(pairs).map(([name, value]) => `${name}="${escaped(value)}"`);
  return `{${list.join(',')}}`;
}

/** As the text format wants it. */
function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
