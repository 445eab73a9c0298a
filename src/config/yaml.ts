import { Composer, Lexer, Parser, type CST, type Document } from 'yaml';
import { Converter, type TextProblem } from './yaml-values.ts';
import { LineStarts } from './lines.ts';
import type { Positions } from './positions.ts';

/** Deeper nesting has no use here and would exhaust the stack of every recursive reader. */
const NESTING_MAX = 64;

/** A syntax error may set off others: the first ones are what helps. */
const SYNTAX_ERRORS_MAX = 100;

export interface Text {
  /**
   * Plain values: mappings without prototype, lists, strings, numbers, booleans, null.
   * `undefined`: the text cannot be read, and `problems` says why.
   */
  readonly value: unknown;
  readonly positions: Positions;
  readonly problems: readonly TextProblem[];
  readonly lines: LineStarts;
}

/** YAML 1.2 text → plain values with the place of each, and what is wrong with the text. */
export function readYaml(text: string): Text {
  const lines = new LineStarts(text);
  const tokens = tokensOf(text);
  const converter = new Converter();
  if (!tokens.ok) return failed(converter, lines, [tokens.problem]);

  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    // Its own check compares each key with each other: ours is in the converter.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const documents = [...composer.compose(tokens.value, true, text.length)];
  const first = documents[0];
  const syntax = documents.slice(0, 1).flatMap((document) => syntaxProblems(document));
  const second = documents[1];
  if (second !== undefined) {
    const message = 'a second document starts here: a configuration is one document, without ---';
    syntax.push({ offset: second.range[0], path: [], message });
  }
  // Values behind a syntax error are guesses: judging them would mislead.
  if (first === undefined || syntax.length > 0) return failed(converter, lines, syntax);
  if (first.contents === null || isEmptyText(text)) {
    const message = 'the file is empty: see the samples for a start';
    return failed(converter, lines, [{ offset: 0, path: [], message }]);
  }
  const value = converter.value(first.contents, []);
  if (converter.aliasesAreBroken) return failed(converter, lines, converter.problems);
  return { value, positions: converter.positions, problems: converter.problems, lines };
}

function failed(converter: Converter, lines: LineStarts, problems: readonly TextProblem[]): Text {
  return { value: undefined, positions: converter.positions, problems, lines };
}

/** Comments and white space only: YAML reads that as null. */
function isEmptyText(text: string): boolean {
  return /^(?:\s|#[^\n]*(?:\n|$))*$/.test(text);
}

function syntaxProblems(document: Document.Parsed): TextProblem[] {
  return [...document.errors, ...document.warnings].slice(0, SYNTAX_ERRORS_MAX).map((error) => ({
    offset: error.pos[0],
    path: [],
    message: `not valid YAML: ${error.message.replaceAll(/\s+/g, ' ')}`,
  }));
}

type Tokens =
  | { readonly ok: true; readonly value: readonly CST.Token[] }
  | { readonly ok: false; readonly problem: TextProblem };

/** The parser keeps its own stack, so depth is judged here before anything recursive sees it. */
function tokensOf(text: string): Tokens {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > NESTING_MAX) {
      const message = `nested too deeply: at most ${NESTING_MAX} levels`;
      return { ok: false, problem: { offset: parser.offset, path: [], message } };
    }
  }
  tokens.push(...parser.end());
  return { ok: true, value: tokens };
}
