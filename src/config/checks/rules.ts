import type { Loose } from '../loose.ts';
import type { Path, Report } from '../problems.ts';
import type { RuleFile } from '../schema.ts';
import type { Names } from './names.ts';

const DEPTH_MAX = 16;
const NAMES_MAX = 1_000;

type LooseRule = Loose<RuleFile> | undefined;
type LooseMapping = Exclude<LooseRule, string | readonly LooseRule[] | undefined>;

/** A rule names what exists, says one thing, and is small enough to be read. */
export function checkRule(rule: LooseRule, path: Path, names: Names, report: Report): void {
  const counter = { names: 0 };
  visit(rule, path, 1, { names, report, counter });
  if (counter.names > NAMES_MAX) {
    report(path, `the rule has ${counter.names} names, at most ${NAMES_MAX} are allowed: split it`);
  }
}

/** Every name in a rule, at any depth. */
export function* namesIn(rule: LooseRule): Generator<string> {
  if (rule === undefined) return;
  if (typeof rule === 'string') yield rule;
  else for (const [, inner] of partsOf(rule)) yield* namesIn(inner);
}

interface Context {
  readonly names: Names;
  readonly report: Report;
  readonly counter: { names: number };
}

function visit(rule: LooseRule, path: Path, depth: number, context: Context): void {
  if (rule === undefined) return;
  if (depth > DEPTH_MAX) {
    context.report(path, `the rule is nested too deeply: at most ${DEPTH_MAX} levels`);
    return;
  }
  if (typeof rule === 'string') {
    context.counter.names += 1;
    const why = context.names.whyUnknown(rule);
    if (why !== null) context.report(path, why);
    return;
  }
  if (!isList(rule)) checkForm(rule, path, context.report);
  for (const [steps, inner] of partsOf(rule)) visit(inner, [...path, ...steps], depth + 1, context);
}

function checkForm(rule: LooseMapping, path: Path, report: Report): void {
  const forms = (['all', 'any', 'not', 'at_least'] as const).filter((key) => key in rule);
  const hasOf = 'of' in rule;
  if (forms.length !== 1) {
    const found = forms.length === 0 ? 'none of them' : forms.join(' and ');
    report(path, `a rule has exactly one of all, any, not, at_least: this one has ${found}`);
  } else if (hasOf !== (forms[0] === 'at_least')) {
    report(path, 'at_least and of belong together: { at_least: 2, of: [a, b, c] }');
  }
  const available = rule.of?.length;
  if (rule.at_least !== undefined && available !== undefined && rule.at_least > available) {
    report(
      [...path, 'at_least'],
      `at least ${rule.at_least} of ${available} can never be met: lower it, or add to the list`,
    );
  }
}

/** The rules inside a rule, each with its steps of the path. */
function partsOf(rule: Exclude<LooseRule, string | undefined>): [Path, LooseRule][] {
  if (isList(rule)) return rule.map((inner, index) => [[index], inner]);
  const lists = (['all', 'any', 'of'] as const).flatMap((key) =>
    (rule[key] ?? []).map((inner, index): [Path, LooseRule] => [[key, index], inner]),
  );
  return [...lists, [['not'], rule.not]];
}

function isList(rule: Exclude<LooseRule, string | undefined>): rule is readonly LooseRule[] {
  return Array.isArray(rule);
}
