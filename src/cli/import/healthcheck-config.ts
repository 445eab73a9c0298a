import type { Argument } from './healthcheck-words.ts';

/** A file of `--config`: `interval = 10` is `--interval 10`, `debug` is `--debug`. */
export function configWords(file: string, text: string): Argument[] {
  return text.split('\n').flatMap((whole, index): Argument[] => {
    const line = whole.trim();
    if (line === '' || line.startsWith('#')) return [];
    const [key = '', ...values] = line.split('=');
    const at = { line: index + 1, file };
    const option = { ...at, text: `--${key.trim()}` };
    return values.length === 0 ? [option] : [option, { ...at, text: values.join('=').trim() }];
  });
}
