import type { ExabgpWord } from './exabgp-tree.ts';

/** One command of a shell's text. */
export interface ShellCommand {
  readonly words: readonly ExabgpWord[];
  /** Where its output goes, and what else is no argument: `2>`, `/dev/null`. */
  readonly rest: readonly ExabgpWord[];
}

const PIECE =
  /"((?:\\[^]|[^"\\])*)"|'([^']*)'|\\([^])|(\d*[<>]+&?|&&|\|\||[;&|\n()])|([^\S\n]+)|([^\s"'\\;&|<>()]+)|([^])/gu;

/** A text as a shell splits it: commands, and the words of each. Variables stay as they are. */
export function shellCommands({ text, line, column }: ExabgpWord): ShellCommand[] {
  const commands: { words: ExabgpWord[]; rest: ExabgpWord[] }[] = [{ words: [], rest: [] }];
  let word: string | null = null;
  let goesTo: 'words' | 'rest' = 'words';
  const end = (): void => {
    if (word !== null) commands.at(-1)?.[goesTo].push({ text: word, line, column });
    if (word !== null) goesTo = 'words';
    word = null;
  };
  for (const [all, double, single, escaped, operator, space] of text.matchAll(PIECE)) {
    if (operator !== undefined) {
      // The digits of `2>` belong to it only where a word begins.
      end();
      if (/[<>]/u.test(operator)) {
        commands.at(-1)?.rest.push({ text: operator, line, column });
        goesTo = 'rest';
      } else commands.push({ words: [], rest: [] });
    } else if (space !== undefined) end();
    else {
      const plain = double?.replaceAll(/\\([$`"\\\n])/gu, '$1') ?? single ?? escaped ?? all;
      word = `${word ?? ''}${plain}`;
    }
  }
  end();
  return commands.filter(({ words, rest }) => words.length + rest.length > 0);
}
