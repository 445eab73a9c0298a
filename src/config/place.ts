import { decodeFile } from './bytes.ts';
import { childOf } from './positions.ts';
import { pathText, type Path, type Problem } from './problems.ts';
import { readYaml, type Text } from './yaml.ts';

/** A problem that was found after the file was read. */
export interface LateFinding {
  /** Where it may stand in the file: the first of these that is there. */
  readonly bases: readonly Path[];
  /** Below it. */
  readonly below: Path;
  readonly message: string;
}

/** A finding → the problem, with its place in the file. */
export function place(
  file: string,
  text: Text,
  { path, message }: { readonly path: Path; readonly message: string },
  offset: number,
): Problem {
  const { line, column } = text.lines.placeOf(offset);
  return { file, line, column, path: pathText(path), message };
}

/** Places of problems that only others could find, in a file that was accepted. */
export function placeFindings(
  { file, bytes }: { readonly file: string; readonly bytes: Uint8Array },
  findings: readonly LateFinding[],
): Problem[] {
  const decoded = decodeFile(bytes);
  if (!decoded.ok) return [];
  const text = readYaml(decoded.value);
  const problems = findings.map(({ bases, below, message }) => {
    const base = bases.find((each) => isThere(text.value, each)) ?? bases.at(-1) ?? [];
    const path = [...base, ...below];
    return place(file, text, { path, message }, text.positions.offsetOf(text.value, path, 'value'));
  });
  return inOrder(problems);
}

function isThere(root: unknown, path: Path): boolean {
  let value = root;
  for (const part of path) value = childOf(value, part);
  return value !== undefined;
}

/** As they stand in the file, each once: a list used through an alias is found at each use. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .filter((problem) => {
      const key = JSON.stringify([problem.line, problem.column, problem.path, problem.message]);
      return !seen.has(key) && seen.add(key).size > 0;
    });
}
