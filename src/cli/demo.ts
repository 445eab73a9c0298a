import { BehaviorSubject, concatMap, timer } from 'rxjs';
import { readConfig } from '../config/read.ts';
import type { LastReload } from '../model/last-reload.ts';
import { nowMs } from '../platform/clock.ts';
import { stderrLog } from '../platform/log.ts';
import { monotonicScheduler } from '../platform/scheduler.ts';
import { exitCode, type Command } from './command.ts';
import { tcpServer, udpServer, type DemoServer } from './demo-servers.ts';
import { freePort } from './free-port.ts';
import { finished, stopSignal } from './lifecycle.ts';
import { jsonEventLogger } from './log-json.ts';
import { lineEventLogger } from './log-lines.ts';
import type { Flow } from './flow.ts';

/** Time between two events of the demo: long enough to read what the last one did. */
const EVENT_MS = 2500;

/** `routevane demo`: the main job on an embedded configuration, without root or ExaBGP. */
export function demo(flow: Flow): Command {
  return {
    name: 'demo',
    usage: '',
    does: 'the main job on small real servers on loopback; ExaBGP commands on stdout, Ctrl-C ends it',
    example: 'routevane demo',
    options: {},
    async run() {
      const web = [await tcpServer(), await tcpServer()] as const;
      const dns = [await udpServer(), await udpServer()] as const;
      const port = await freePort();
      const yaml = demoYaml(web, dns, port);
      const result = readConfig({
        file: 'demo.yaml',
        folder: '/',
        bytes: new TextEncoder().encode(yaml),
        hostname: 'demo',
      });
      if (!result.ok) throw new Error('the embedded configuration is valid');

      const log = stderrLog('info');
      const events = process.stderr.isTTY
        ? lineEventLogger((line) => process.stderr.write(line), nowMs)
        : jsonEventLogger(log);
      events.notice({ level: 'info', event: 'demo_started', message: introduction(port) });

      const failures = timer(EVENT_MS, EVENT_MS, monotonicScheduler)
        .pipe(concatMap((count) => play(count, web[1], dns[1])))
        .subscribe();
      await finished(
        flow({
          config$: new BehaviorSubject(result.config),
          stop$: stopSignal(),
          streams: { stdin: null, stdout: process.stdout },
          events,
          reload$: new BehaviorSubject<LastReload | null>(null),
        }),
      );
      failures.unsubscribe();
      await log.end();
      return process.exit(exitCode.ok);
    },
  };
}

function introduction(port: number | null): string {
  const page = port === null ? '' : `; dashboard at http://127.0.0.1:${port}/`;
  return (
    'two web and two dns servers on loopback; one of them fails or recovers every ' +
    `${EVENT_MS / 1000} s: web needs both (its route goes), dns needs one (its MED worsens)${page}`
  );
}

async function play(count: number, web: DemoServer, dns: DemoServer): Promise<void> {
  switch (count % 4) {
    case 0:
      return web.fail();
    case 1:
      return web.recover();
    case 2:
      return dns.fail();
    default:
      return dns.recover();
  }
}

function demoYaml(
  web: readonly DemoServer[],
  dns: readonly DemoServer[],
  port: number | null,
): string {
  return `
node: demo
check_defaults: { interval: 500ms, timeout: 200ms, rise: 2, fall: 2 }
services:
  web:
    check: { type: tcp, mode: hold }
    quorum: 2
    real_servers: [${flowList(web)}]
  dns:
    check: { type: udp, send: ping, expect: pong }
    real_servers: [${flowList(dns)}]
routes:
  - { prefix: 192.0.2.10/32, when: web, med: 100, communities: ["65000:100"], drain: 500ms }
  - prefix: 192.0.2.53/32
    when: dns
    med: 100
    degrade: [{ below: 75%, med: +100 }]
    drain: 500ms
outputs:
  exabgp: { via: stdio }
${port === null ? '' : `admin: { listen: "127.0.0.1:${port}" }`}
`;
}

function flowList(servers: readonly DemoServer[]): string {
  return servers.map(({ port }) => `"127.0.0.1:${port}"`).join(', ');
}
