import { messageOf } from '../platform/error.ts';
import { hashOf } from '../platform/hash.ts';
import { exitCode, required, type Command } from './command.ts';
import { loadConfig, problemLines } from './config-file.ts';
import { decidedLine, type Decided } from './replay/decided.ts';
import { Decisions, differences, LATENESS_MAX_MS } from './replay/difference.ts';
import { eachLine, journalFiles, type JournalLine } from './replay/lines.ts';
import { parseRecord } from './replay/parse.ts';
import { Replayer } from './replay/replayer.ts';
import { summarize, summaryLines } from './replay/summary.ts';

/** Bad lines that are reported one by one; the rest is counted. */
const PROBLEMS_SHOWN_MAX = 20;

const USAGE = 'JOURNAL -c FILE [--diff]';

/** `routevane replay`: what a configuration makes of what a journal holds. */
export const replay: Command = {
  name: 'replay',
  usage: USAGE,
  does: 'runs a recorded journal through a configuration in virtual time; prints what it decides',
  example: 'routevane replay /var/lib/routevane/journal.jsonl -c new.yaml --diff',
  options: { config: { type: 'string', short: 'c' }, diff: { type: 'boolean' } },
  words: 1,
  async run(options, [file = '']) {
    const configFile = required(options, 'config', `routevane replay ${USAGE}`);
    const result = loadConfig(configFile);
    if (!result.ok) {
      process.stderr.write(problemLines(result.problems));
      return exitCode.badConfig;
    }
    const isDiff = options['diff'] === true;
    const recorded = new Decisions();
    const replayed = new Decisions();
    const replayer = new Replayer(result.config, hashOf(result.config), {
      recorded: (decided) => recorded.add(decided),
      replayed: (decided) => (isDiff ? replayed.add(decided) : print(decided)),
    });
    try {
      await play(file, replayer);
    } catch (error) {
      process.stderr.write(`routevane: ${file}: ${messageOf(error)}\n`);
      return exitCode.failure;
    }
    printLimits(replayer);
    if (!isDiff) return exitCode.ok;
    const found = differences(recorded, replayed, replayer.isExact ? 0 : LATENESS_MAX_MS);
    for (const { side, decided } of found) {
      process.stdout.write(`${side === 'recorded' ? '-' : '+'} ${decidedLine(decided)}\n`);
    }
    const { lastWallMs } = replayer;
    const lines = summaryLines(summarize(recorded, lastWallMs), summarize(replayed, lastWallMs));
    process.stdout.write(`${lines.join('\n')}\n${found.length} differences\n`);
    return found.length === 0 ? exitCode.ok : exitCode.failure;
  },
};

function print(decided: Decided): void {
  process.stdout.write(`${decidedLine(decided)}\n`);
}

/** Reads every file of the journal; reports and skips lines that are no record. */
async function play(journal: string, replayer: Replayer): Promise<void> {
  let problems = 0;
  const complain = ({ file, number }: JournalLine, problem: string): void => {
    problems += 1;
    if (problems <= PROBLEMS_SHOWN_MAX) process.stderr.write(`${file}:${number}: ${problem}\n`);
  };
  for (const file of journalFiles(journal)) {
    await eachLine(file, (line) => {
      const record = parseRecord(line.text);
      if ('problem' in record) {
        // The process ended while it wrote this line: nothing is wrong with the journal.
        if (!line.isCut) complain(line, record.problem);
      } else if (!replayer.take(record))
        complain(line, 'comes before the first start of the daemon');
    });
  }
  if (problems > 0) process.stderr.write(`${problems} lines were skipped\n`);
}

/** Reasons other than the configuration why the result may differ from the recording. */
function printLimits(replayer: Replayer): void {
  if (!replayer.isExact) {
    note(
      'the journal was written with another configuration: timers are assumed to have ended on time',
    );
  }
  if (replayer.isPartial) {
    note('the journal begins within a run: the state before it is only partly known');
  }
  if (replayer.dropped > 0) {
    note(`${replayer.dropped} records were dropped when the journal was written`);
  }
}

function note(text: string): void {
  process.stderr.write(`note: ${text}\n`);
}
