import { isDeepStrictEqual } from 'node:util';
import { Observable, tap } from 'rxjs';
import type { Config } from '../../model/config.ts';
import type { DescriptorBudget } from '../../model/descriptors.ts';
import type { Observation } from '../../model/observation.ts';
import type { Notice } from '../../model/notice.ts';
import { Alarm } from '../../platform/alarm.ts';
import { nowMs } from '../../platform/clock.ts';
import { limitNotices } from '../../platform/notice-limiter.ts';
import { descriptorLimit, descriptorsHeld } from '../../platform/descriptors.ts';
import { agentProber } from './agent.ts';
import { Descriptors } from './descriptors.ts';
import { dnsProber } from './dns.ts';
import { execProber } from './exec.ts';
import { grpcProber } from './grpc.ts';
import { httpProber } from './http.ts';
import type { Prober, ProbeTarget } from './prober.ts';
import { Schedule } from './schedule.ts';
import { Sentinel, type SentinelDeps } from './sentinel.ts';
import { tcpProber } from './tcp.ts';
import { udpProber } from './udp.ts';

/** From a check's type to what probes it. Types that are missing are refused before they get here. */
const PROBERS: ReadonlyMap<string, Prober> = new Map([
  ['tcp', tcpProber],
  ['udp', udpProber],
  ['http', httpProber],
  ['https', httpProber],
  ['dns', dnsProber],
  ['exec', execProber],
  ['agent', agentProber],
  ['grpc', grpcProber],
]);

/** 20,000 targets that all lack the same thing are reported five times a minute, with their number. */
const NOTICE_LIMIT = { max: 5, periodMs: 60_000, nowMs };

/**
 * Probes every real server of the newest configuration, and emits one
 * observation for each probe that ended, `atMs` being the monotonic time of its
 * end. A target that is the same in the next configuration keeps its phase and
 * its sockets.
 *
 * Never completes, and errors only where `config$` does: a probe that fails is
 * an observation. Unsubscribing closes all sockets and timers.
 */
export function probes(
  config$: Observable<Config>,
  deps: { readonly notify: (notice: Notice) => void; readonly random?: () => number },
): Observable<Observation> {
  return new Observable((subscriber) => {
    const notify = limitNotices(deps.notify, NOTICE_LIMIT);
    const alarm = new Alarm(() => schedule.wake());
    const schedule = new Schedule({
      nowMs,
      random: deps.random ?? Math.random,
      setAlarm: (atMs) => alarm.set(atMs),
      open,
      openSentinel,
      emit: (observation) => subscriber.next(observation),
      notify,
    });
    const descriptors = new Descriptors({
      limit: descriptorLimit,
      held: descriptorsHeld(),
      notify,
    });
    subscriber.add(() => schedule.close());
    subscriber.add(
      config$
        .pipe(tap((config) => reconcile(schedule, targetsOf(config), descriptors.budget(config))))
        .subscribe({ error: (error: unknown) => subscriber.error(error) }),
    );
  });
}

const open: Prober = (target, answered, notify, begun) => {
  const prober = PROBERS.get(target.check.type);
  if (prober === undefined) throw new TypeError(`no prober for check type ${target.check.type}`);
  return prober(target, answered, notify, begun);
};

function openSentinel(target: ProbeTarget, deps: SentinelDeps): Sentinel | null {
  const { check } = target;
  return check.type === 'tcp' && check.mode === 'hold' ? new Sentinel(target, deps) : null;
}

function targetsOf(config: Config): ProbeTarget[] {
  return config.services.flatMap((service) =>
    service.realServers
      // A plugin watches its server by itself.
      .filter(({ check }) => check.type !== 'plugin')
      .map(({ key, address, port, domain, check }) => ({
        key,
        service: service.name,
        address,
        port: check.port ?? port,
        domain,
        check,
      })),
  );
}

function reconcile(
  schedule: Schedule,
  targets: readonly ProbeTarget[],
  budget: DescriptorBudget,
): void {
  const wanted = new Map(targets.map((target) => [target.key, target]));
  for (const key of schedule.keys()) {
    const [before, now] = [schedule.get(key), wanted.get(key)];
    if (before === undefined || now === undefined || !probedAlike(before, now))
      schedule.remove(key);
    else schedule.move(now);
  }
  schedule.limit(budget);
  schedule.add(targets.filter(({ key }) => schedule.get(key) === undefined));
}

function probedAlike(a: ProbeTarget, b: ProbeTarget): boolean {
  return a.address === b.address && a.port === b.port && isDeepStrictEqual(a.check, b.check);
}
