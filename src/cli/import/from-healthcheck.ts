import type { ReadConfig } from './config-reader.ts';
import type { DraftRoute, DraftService, DraftSignal, Imported, Note } from './draft.ts';
import { neighborsOf, type ImportedNeighbors } from './exabgp-neighbors.ts';
import { runsOf, type RunLine } from './exabgp-runs.ts';
import { parseExabgp } from './exabgp-tree.ts';
import { audienceOf } from './healthcheck-audience.ts';
import { shellOf, watchedOf, type Job } from './healthcheck-check.ts';
import { configWords } from './healthcheck-config.ts';
import { mergeRoutes } from './healthcheck-merge.ts';
import { routesFor } from './healthcheck-routes.ts';
import {
  shortened,
  GivenOptions,
  argumentNote,
  textFault,
  type Argument,
} from './healthcheck-words.ts';
import { readInput } from './read-input.ts';

/** What one process becomes. */
interface Made {
  readonly process: string;
  readonly signals: readonly DraftSignal[];
  readonly services: readonly DraftService[];
  readonly routes: readonly DraftRoute[];
}

/** The `healthcheck` processes of an ExaBGP configuration → signals and routes. */
export function fromHealthcheck(text: string, readConfig: ReadConfig = readInput): Imported {
  const tree = parseExabgp(text);
  const { runs, notes: others } = runsOf(tree.statements);
  const faults = tree.problems.map(({ line, message }): Note => ({
    line,
    text: `${message}: left out`,
  }));
  const lost: Note[] = [...faults, ...others];
  const made: Made[] = [];
  const processes = new Set(runs.map(({ name }) => name));
  const neighbors = neighborsOf(tree.statements, processes);
  for (const run of runs) {
    const taken = made.flatMap(({ signals, services }) => [...signals, ...services]);
    const result = madeOf(run, { taken, neighbors, processes, readConfig });
    if (Array.isArray(result)) lost.push(...result);
    else made.push(result);
  }
  if (made.length === 0) {
    const none =
      runs.length === 0
        ? "no process in it runs ExaBGP's healthcheck"
        : 'nothing can be carried over';
    const notes = [...lost, { line: 1, text: none }];
    return { ok: false, problems: notes.map(problemOf) };
  }
  const routes = mergeRoutes(made.flatMap((each) => each.routes));
  return {
    ok: true,
    draft: {
      signals: made.flatMap(({ signals }) => signals),
      services: made.flatMap(({ services }) => services),
      routes,
      notes: [...replacement(made, neighbors), ...neighbors.notes, ...lost],
    },
  };
}

function problemOf(note: Note): { line: number; column: number; message: string } {
  if (typeof note === 'string') return { line: 1, column: 1, message: note };
  const { file, line, text } = note;
  const message = file === undefined ? text : `${file}, line ${line}: ${text}`;
  return { line: file === undefined ? line : 1, column: 1, message };
}

interface Around {
  readonly taken: readonly { readonly name: string }[];
  readonly neighbors: ImportedNeighbors;
  readonly processes: ReadonlySet<string>;
  readonly readConfig: ReadConfig;
}

/** Signals and routes of a process, or why there are none. */
function madeOf(run: RunLine, { taken, neighbors, processes, readConfig }: Around): Made | Note[] {
  const at: Argument = { text: run.name, line: run.at.line };
  const notes: Note[] = [];
  const given = withConfig(run, at, readConfig, notes);
  const leftOut = (why: string): Note[] => [
    ...run.notes,
    ...notes,
    argumentNote(at, `process ${run.name} is left out: ${why}`),
  ];
  if (given === null) return leftOut('import again where the file of --config can be read');
  const wished = given.last('--name') ?? run.name;
  const name = uniqueName(wished, taken);
  const enabledName = uniqueName(`${name}-enabled`, [...taken, { name }]);
  const job: Job = {
    name,
    given,
    at,
    environment: run.environment,
    note: (text, place = at) => void notes.push(argumentNote(place, text)),
  };
  const isForeign = given.isForeign && given.peek('--command') === null;
  if (isForeign) {
    return [
      ...leftOut("there is no --cmd, and not all options are healthcheck's"),
      ...given.unread(),
    ];
  }
  const command = given.peek('--command') ?? '';
  if (shellOf(command).some((text) => textFault(text) !== null))
    return leftOut('its --cmd is too long');
  const watched = watchedOf(job, enabledName);
  const when = [...watched.services, ...watched.signals].map((each) => each.name);
  const audience = audienceOf(job, run.name, neighbors, processes);
  const routes = routesFor(job, when, audience);
  if (routes.length === 0) return leftOut('none of its addresses can be read');
  const whole = [...run.notes, ...notes, ...given.unread()];
  const [first, ...more] = watched.services;
  const [signal, ...signals] = watched.signals;
  if (first !== undefined) {
    const service = { ...first, notes: [...first.notes, ...whole] };
    return { process: run.name, signals: watched.signals, services: [service, ...more], routes };
  }
  return {
    process: run.name,
    signals: signal === undefined ? [] : [{ ...signal, notes: whole }, ...signals],
    services: [],
    routes,
  };
}

/** Options of the file that `--config` names come first, then those of the command line. */
function withConfig(
  run: RunLine,
  at: Argument,
  readConfig: ReadConfig,
  notes: Note[],
): GivenOptions | null {
  const words = run.words.map(({ text, line }): Argument => ({ text, line }));
  const given = new GivenOptions(words);
  const file = given.last('--config');
  if (file === null) return given;
  const input = readConfig(file);
  if (input.ok) {
    const whole = new GivenOptions([...configWords(file, input.text), ...words]);
    for (const { value, at: place } of whole.all('--config')) {
      if (place.file === undefined) continue;
      notes.push(
        argumentNote(
          place,
          `--config ${shortened(value)}: left out, healthcheck reads one file only`,
        ),
      );
    }
    return whole;
  }
  notes.push(
    argumentNote(given.place('--config') ?? at, `--config ${shortened(file)}: ${input.reason}`),
  );
  return null;
}

function uniqueName(wished: string, taken: readonly { readonly name: string }[]): string {
  const plain = wished
    .replaceAll(/[^A-Za-z0-9_.-]/gu, '-')
    .replace(/^[^A-Za-z0-9]+/u, '')
    .slice(0, 60);
  const base = plain === '' ? 'healthcheck' : plain;
  let name = base;
  for (let number = 2; taken.some((each) => each.name === name); number += 1)
    name = `${base.slice(0, 55)}-${number}`;
  return name;
}

/** What to change in ExaBGP's own configuration. */
function replacement(made: readonly Made[], { all, lists }: ImportedNeighbors): Note[] {
  const processes = new Set(made.map(({ process }) => process));
  const names = [...processes].join(', ');
  const ours = lists.filter((list) => list.names.some((name) => processes.has(name)));
  return [
    `In ExaBGP's configuration one process that runs routevane, with "encoder json", takes the place of ${shortened(names)}; all else in it stays.`,
    ...ours.map(({ key, line, names: listed }): Note => {
      const those = listed.filter((name) => processes.has(name)).join(' ');
      return {
        line,
        text: `${key} [ ${shortened(those)} ]: name the process of routevane here instead`,
      };
    }),
    ...(all.length > 0 && ours.length === 0
      ? [
          'No neighbor names these processes: give each api { processes [ … ]; } with the process of routevane.',
        ]
      : []),
  ];
}
