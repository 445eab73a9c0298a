/** What the journal costs an event, and how fast a day of a million events replays. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { lastValueFrom, Subject } from 'rxjs';
import { Decisions } from '../../src/cli/replay/difference.ts';
import { eachLine, journalFiles } from '../../src/cli/replay/lines.ts';
import { parseRecord } from '../../src/cli/replay/parse.ts';
import { Replayer } from '../../src/cli/replay/replayer.ts';
import { createCore } from '../../src/core/create.ts';
import { observe } from '../../src/core/observe.ts';
import { takeTurn } from '../../src/core/turn.ts';
import type { Config } from '../../src/model/config.ts';
import type { SinkEvent } from '../../src/model/report.ts';
import type { RealServer } from '../../src/model/service.ts';
import { hashOf } from '../../src/platform/hash.ts';
import { journal } from '../../src/sinks/journal/journal.ts';
import { config, down, route, server, service, up } from '../core/fixtures.ts';

const EVENTS = 1_000_000;
const SERVERS = 5_000;
const DAY_MS = 86_400_000;

function serversOf(fall: number): readonly RealServer[] {
  return Array.from({ length: SERVERS }, (_, n) =>
    server(`web/10.0.${n >> 8}.${n & 255}:80`, null, { rise: 2, fall }),
  );
}

function rulesOf(fall: number): Config {
  const services = [service('web', serversOf(fall))];
  return config({ services, routes: [route('192.0.2.10/32', 'web')] });
}

const servers = serversOf(3);
const rules = rulesOf(3);

/** Most are a single failure that the next success clears; one in ten is an outage. */
function* events() {
  const [failure, outage] = ['du', 'ddduu'] as const;
  for (let n = 0, group = -SERVERS; n < EVENTS; group += 1) {
    const key = servers[((group + SERVERS) * 7919) % SERVERS]?.key ?? '';
    const first = group < 0 ? 'uu' : null;
    for (const result of first ?? (group % 10 === 0 ? outage : failure)) {
      const atMs = (n * DAY_MS) / EVENTS;
      n += 1;
      yield result === 'u' ? up(key, atMs) : down(key, atMs);
    }
  }
}

const path = mkdtempSync(join(tmpdir(), 'bench-journal-'));
const file = join(path, 'journal.jsonl');
const into = journal({
  stateDir: path,
  version: 'bench',
  hashOf,
  nowMs: () => performance.now(),
  limits: { fileMaxBytes: 32 * 1024 * 1024, filesMax: 100 },
});

async function run(isRecorded: boolean): Promise<number> {
  const core = createCore(rules, 0);
  const report$ = new Subject<SinkEvent>();
  const done = isRecorded
    ? lastValueFrom(into.recording(report$), { defaultValue: null })
    : Promise.resolve();
  const startUs = process.cpuUsage();
  if (isRecorded) into.trace.started(0, rules);
  let count = 0;
  for (const one of events()) {
    if (observe(core, one) && isRecorded) into.trace.observed(one);
    const turn = takeTurn(core, one.atMs);
    if (isRecorded) into.trace.turned(one.atMs, turn);
    count += 1;
    // 50 in one turn of the loop: many more than a daemon that is not in a flood sees.
    if (count % 50 === 0) await nextTurn();
  }
  report$.complete();
  await done;
  const { user, system } = process.cpuUsage(startUs);
  return (user + system) / EVENTS;
}

const delay = monitorEventLoopDelay({ resolution: 1 });
const withoutUs = await run(false);
delay.enable();
const withUs = await run(true);
delay.disable();
let bytes = 0;
for (const name of readdirSync(path)) bytes += statSync(join(path, name)).size;
console.log(
  `journal: ${(withUs - withoutUs).toFixed(2)} µs CPU an event, its turn and what followed, all ` +
    `threads (core alone ${withoutUs.toFixed(2)}); ${(bytes / EVENTS).toFixed(0)} bytes an event; ` +
    `loop delay p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms, max ${(delay.max / 1e6).toFixed(1)} ms`,
);

async function replayAll(with_: Config): Promise<string> {
  const start = performance.now();
  const [recorded, replayed] = [new Decisions(), new Decisions()];
  const replayer = new Replayer(with_, hashOf(with_), {
    recorded: (one) => recorded.add(one),
    replayed: (one) => replayed.add(one),
  });
  let lines = 0;
  for (const each of journalFiles(file)) {
    await eachLine(each, ({ text }) => {
      lines += 1;
      const one = parseRecord(text);
      if (!('problem' in one)) replayer.take(one);
    });
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const dropped = replayer.dropped === 0 ? '' : `, ${replayer.dropped} records dropped`;
  return `${lines} lines in ${seconds} s, ${process.memoryUsage.rss() >> 20} MB${dropped}`;
}

console.log(`replay, same configuration: ${await replayAll(rules)}`);
const other = rulesOf(5);
console.log(`replay, fall: 5 and not 3:  ${await replayAll(other)}`);
rmSync(path, { recursive: true });
