import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';

/** How often the loop is looked at: 20 wake-ups a second cost next to nothing. */
const RESOLUTION_MS = 50;

const NS_PER_MS = 1e6;
const MS_PER_S = 1000;

/** The library's own gauges: they contain the sampling interval, and so never read less than it. */
const replaced = ['', '_min', '_max', '_mean', '_stddev', '_p50', '_p90', '_p99'];

/** How late the event loop was since the last scrape: median, 99th percentile and longest. */
export function loopLag(registry: Registry): void {
  for (const name of replaced) registry.removeSingleMetric(`nodejs_eventloop_lag${name}_seconds`);
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  const registers = [registry];
  const gaugeOf = (name: string, help: string, collect?: () => void): Gauge =>
    new Gauge({
      name: `nodejs_eventloop_lag_${name}_seconds`,
      help: `How late the event loop was since the last scrape, ${help}.`,
      registers,
      ...(collect === undefined ? {} : { collect }),
    });
  // The first of them collects for all three: a scrape reads them in this order.
  const p50 = gaugeOf('p50', 'median', () => {
    p50.set(lagS(histogram, histogram.percentile(50)));
    p99.set(lagS(histogram, histogram.percentile(99)));
    max.set(lagS(histogram, histogram.max));
    histogram.reset();
  });
  const p99 = gaugeOf('p99', '99th percentile');
  const max = gaugeOf('max', 'longest');
}

/** A sample is the time between two looks: the lag is what exceeds the interval. */
function lagS({ count }: IntervalHistogram, sampledNs: number): number {
  if (count === 0) return 0;
  return Math.max(0, sampledNs / NS_PER_MS - RESOLUTION_MS) / MS_PER_S;
}
