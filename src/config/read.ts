import { reportIcmpPace } from './icmp-pace.ts';
import type { Config } from '../model/config.ts';
import { decodeFile } from './bytes.ts';
import { checkTogether } from './checks/index.ts';
import { checkControlCharacters } from './control-characters.ts';
import { findingsOf } from './issues.ts';
import { reportLater } from './later.ts';
import { pruned } from './loose.ts';
import { parseName } from './parse/name.ts';
import { inOrder, place } from './place.ts';
import { quote, type Problem, type Report } from './problems.ts';
import { resolveConfig } from './resolve/index.ts';
import { configFile, type ConfigFile } from './schema/file.ts';
import { reportWarnings } from './warnings.ts';
import { readYaml, type Text } from './yaml.ts';

export interface ConfigInput {
  /** As the user gave it: problems are reported with this name. */
  readonly file: string;
  readonly bytes: Uint8Array;
  /** The absolute folder of the file: paths of plugins are relative to it. */
  readonly folder: string;
  /** The node's name, where the file gives none. */
  readonly hostname: string;
}

export type ConfigResult =
  | {
      readonly ok: true;
      readonly config: Config;
      /** Parts that this version does not bring to life: `run` refuses them. */
      readonly later: readonly Problem[];
      readonly warnings: readonly Problem[];
      readonly summary: Summary;
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

interface Summary {
  readonly signals: number;
  readonly services: number;
  readonly realServers: number;
  readonly routes: number;
}

/** The bytes of a configuration file → the configuration, or every problem at once. Never throws. */
export function readConfig({ file, folder, bytes, hostname }: ConfigInput): ConfigResult {
  const decoded = decodeFile(bytes);
  if (!decoded.ok) {
    const problem = { file, line: 1, column: 1, path: '(file)', message: decoded.message };
    return { ok: false, problems: [problem] };
  }
  const text = readYaml(decoded.value);
  const textProblems = text.problems.map((problem) => place(file, text, problem, problem.offset));
  if (text.value === undefined) return { ok: false, problems: inOrder(textProblems) };

  const parsed = configFile.safeParse(text.value);
  const findings = parsed.success ? [] : findingsOf(parsed.error.issues, text.value);
  const collect = collector(file, text);
  checkControlCharacters(text.value, (path, message, at = 'value') => {
    findings.push({ path, message, at });
  });
  for (const finding of findings) collect.report(finding.path, finding.message, finding.at);

  const loose =
    parsed.success && findings.length === 0 ? parsed.data : pruned(text.value, findings);
  const node = 'node' in loose ? (loose.node ?? '') : hostname;
  if (!('node' in loose) && !parseName(hostname).ok) {
    collect.report(['node'], `the hostname ${quote(hostname)} is not a valid node name: set node`);
  }
  checkTogether(loose, node, collect.report);

  const problems = inOrder([...textProblems, ...collect.problems]);
  if (!parsed.success || problems.length > 0) return { ok: false, problems };
  return accepted({ file, folder }, text, parsed.data, node);
}

function accepted(
  { file, folder }: Pick<ConfigInput, 'file' | 'folder'>,
  text: Text,
  data: ConfigFile,
  node: string,
): ConfigResult {
  const later = collector(file, text);
  const warnings = collector(file, text);
  reportLater(data, later.report);
  reportWarnings(data, warnings.report);
  const config = resolveConfig(data, node, folder);
  reportIcmpPace(config, warnings.report);
  return {
    ok: true,
    config,
    later: inOrder(later.problems),
    warnings: inOrder(warnings.problems),
    summary: {
      signals: config.signals.length,
      services: config.services.length,
      realServers: config.services.reduce((sum, service) => sum + service.realServers.length, 0),
      routes: config.routes.length,
    },
  };
}

/** Findings → problems, with the place of each in the file. */
function collector(file: string, text: Text): { report: Report; problems: Problem[] } {
  const problems: Problem[] = [];
  // Taken once: pruning changes the values that places are found by, but not their shape.
  const report: Report = (path, message, at = 'value') => {
    const offset = text.positions.offsetOf(text.value, path, at);
    problems.push(place(file, text, { path, message }, offset));
  };
  return { report, problems };
}
