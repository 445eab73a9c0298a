import type { LateFinding } from '../../config/place.ts';
import type { PluginRun } from '../../model/check.ts';
import type { Config } from '../../model/config.ts';
import type { OptionProblem, PluginSpec } from '../../sources/plugin/messages.ts';
import { Watchdog } from '../../sources/plugin/watchdog.ts';
import { startWorker } from '../../sources/plugin/worker-thread.ts';

type Path = LateFinding['bases'][number];

/** One plugin as the file names it, and the places its keys may stand at, the most special first. */
interface Use {
  readonly run: PluginRun;
  readonly places: readonly Path[];
}

/**
 * Loads every plugin of a configuration, each in a thread of its own and one
 * after another, has it check its options, and ends it again before it observes
 * anything. Resolves to what is wrong.
 */
export async function pluginFindings(config: Config): Promise<LateFinding[]> {
  const findings = new Map<string, LateFinding>();
  const answers = new Map<string, readonly OptionProblem[] | string>();
  const watchdog = new Watchdog();
  for (const { run, places } of usesOf(config)) {
    const key = JSON.stringify(run);
    const answer = answers.get(key) ?? (await ask(run, watchdog));
    answers.set(key, answer);
    for (const finding of findingsOf(answer, places)) {
      findings.set(JSON.stringify(finding), finding);
    }
  }
  return [...findings.values()];
}

/** What is wrong with the options; as text: with the plugin. */
async function ask(run: PluginRun, watchdog: Watchdog): Promise<readonly OptionProblem[] | string> {
  const spec: PluginSpec = { key: 'check', run, address: null, port: null };
  return new Promise((resolve) => {
    const close = startWorker(
      spec,
      (event) => {
        if (event.kind === 'started') {
          close();
          resolve([]);
        } else if (event.kind === 'failed') {
          resolve(event.problems.length > 0 ? event.problems : event.reason);
        }
      },
      { watchdog, isCheckOnly: true },
    );
  });
}

function findingsOf(
  answer: readonly OptionProblem[] | string,
  places: readonly Path[],
): LateFinding[] {
  if (typeof answer === 'string') {
    return [{ bases: withKey(places, 'module'), below: [], message: answer }];
  }
  // Where no options are given, the plugin's own line is the place.
  const bases = [...withKey(places, 'options'), ...withKey(places, 'module')];
  return answer.map(({ path, message }) => ({ bases, below: path, message }));
}

function withKey(places: readonly Path[], key: string): Path[] {
  return places.map((path) => [...path, key]);
}

function usesOf(config: Config): Use[] {
  const signals = config.signals.flatMap((signal) =>
    signal.type === 'plugin' ? [{ run: signal.plugin, places: [['signals', signal.name]] }] : [],
  );
  const checks = config.services.flatMap(({ name, realServers }) =>
    realServers.flatMap(({ check }, index) => {
      if (check.type !== 'plugin') return [];
      const shared = ['services', name, 'check'];
      const own = ['services', name, 'real_servers', index, 'check'];
      return [{ run: check.plugin, places: [own, shared] }];
    }),
  );
  return [...signals, ...checks];
}
