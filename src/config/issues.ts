import type * as z from 'zod';
import { childOf, isMapping } from './positions.ts';
import { quote, type ConfigFinding, type Path } from './problems.ts';
import { didYouMean } from './suggest.ts';
import { wordList } from './schema/basics.ts';

type Issue = z.core.$ZodIssue;

/** What zod says → our findings: one a fault, in our words, each with what was found. */
export function findingsOf(issues: readonly Issue[], root: unknown): ConfigFinding[] {
  return issues.flatMap((issue) => findings(issue, [], root));
}

function findings(issue: Issue, above: Path, root: unknown): ConfigFinding[] {
  const path = [...above, ...issue.path.map(partOf)];
  if (issue.code === 'unrecognized_keys') {
    // The schema's message has one line for each key.
    const messages = issue.message.split('\n');
    return issue.keys.map((key, index) => {
      return { path: [...path, key], message: messages[index] ?? issue.message, at: 'key' };
    });
  }
  if (issue.code === 'invalid_key') {
    const message = issue.issues[0]?.message ?? issue.message;
    return [{ path, message: withFound(message, path[path.length - 1]), at: 'key' }];
  }
  if (issue.code === 'invalid_union') return unionFindings(issue, path, root);
  return [{ path, message: messageFor(issue.message, path, root) }];
}

/** Of a union, the form the author was after: the one whose kind fits. */
function unionFindings(
  issue: Issue & { code: 'invalid_union' },
  path: Path,
  root: unknown,
): ConfigFinding[] {
  if (issue.discriminator !== undefined) return [unknownType(issue, path, root)];
  const fitting = issue.errors.filter((errors) => !isOfOtherKind(errors));
  const [only] = fitting;
  if (fitting.length === 1 && only !== undefined) {
    return only.flatMap((inner) => findings(inner, path, root));
  }
  return [{ path, message: messageFor(issue.message, path, root) }];
}

function isOfOtherKind(errors: readonly Issue[]): boolean {
  const [first] = errors;
  return first?.code === 'invalid_type' && first.path.length === 0;
}

/** `type: tpc`: the discriminator of a mapping is missing or misspelt. */
function unknownType(
  issue: Issue & { code: 'invalid_union' },
  path: Path,
  root: unknown,
): ConfigFinding {
  const options = ('options' in issue && Array.isArray(issue.options) ? issue.options : []).map(
    String,
  );
  const value = valueAt(root, path);
  const near = typeof value === 'string' ? didYouMean(value, options) : '';
  return { path, message: messageFor(`expected ${wordList(options)}${near}`, path, root) };
}

function messageFor(message: string, path: Path, root: unknown): string {
  const last = path[path.length - 1];
  const parent = valueAt(root, path.slice(0, -1));
  const isMissing = typeof last === 'string' && isMapping(parent) && !Object.hasOwn(parent, last);
  return isMissing
    ? `missing key ${quote(last)}: ${message}`
    : withFound(message, valueAt(root, path));
}

/** Messages that say what was expected get what was found; the others say it themselves. */
function withFound(message: string, value: unknown): string {
  if (!message.startsWith('expected')) return message;
  const [expected = '', ...suggestion] = message.split(': did you mean');
  const found = `${expected}, found ${quote(value)}`;
  return [found, ...suggestion].join(': did you mean');
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const part of path) value = childOf(value, part);
  return value;
}

function partOf(part: PropertyKey): string | number {
  return typeof part === 'number' ? part : String(part);
}
