/** One round of `~SEQ` or `~LST`: what the variables are in it. */
export type Round = readonly (readonly [name: string, value: string])[];

export interface Repeat {
  readonly rounds: readonly Round[];
  /** What follows: it is read once for each round. */
  readonly rest: string;
}

const ROUNDS_MAX = 65_536;

/** `~SEQ(var, start, step, end) rest` or `~LST(var, a, b) rest`, by keepalived.conf(5). */
export function repeatOf(text: string): Repeat | null {
  const match = /^\s*~(SEQx?|LST)[ \t]*\(([^)]*)\)[ \t]*(.*)$/su.exec(text);
  if (match === null) return null;
  const [, kind = '', inside = '', rest = ''] = match;
  const rounds = kind === 'LST' ? listRounds(inside) : sequenceRounds(inside, kind === 'SEQx');
  return rounds === null ? null : { rounds, rest };
}

function sequenceRounds(inside: string, isHex: boolean): Round[] | null {
  const [name = '', ...texts] = inside.split(',').map((part) => part.trim());
  const numbers = texts.map(numberOf);
  const [one = Number.NaN, two = Number.NaN, three = Number.NaN] = numbers;
  if (!isName(name) || numbers.length < 1 || numbers.length > 3) return null;
  const [start, step, end] = [
    [one < 0 ? -1 : 1, one < 1 ? -1 : 1, one],
    [one, one <= two ? 1 : -1, two],
    [one, two, three],
  ][numbers.length - 1] ?? [0, 0, 0];
  if (start === undefined || step === undefined || end === undefined) return null;
  const count = Math.floor((end - start) / step) + 1;
  if (!(count > 0) || count > ROUNDS_MAX || (isHex && (start < 0 || end < 0))) return null;
  return Array.from({ length: count }, (_, at) => [
    [name, (start + at * step).toString(isHex ? 16 : 10)],
  ]);
}

/** As strtol(3) with base 0. */
function numberOf(text: string): number {
  const match = /^([+-]?)(0x[\da-f]+|0[0-7]*|[1-9]\d*)$/iu.exec(text);
  if (match === null) return Number.NaN;
  const [, sign = '', digits = ''] = match;
  const size = /^0[0-7]+$/u.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return sign === '-' ? -size : size;
}

/** `var, a, b` or `{x, y}, {1, 2}, {3, 4}`; missing values are empty. */
function listRounds(inside: string): Round[] | null {
  const parts = [...inside.matchAll(/\{([^{}]*)\}|[^,{}]+/gu)]
    .map(([all, set]) => (set ?? all).split(',').map((part) => part.trim()))
    .filter((part, at) => at === 0 || part.some((each) => each !== ''));
  const [names = [], ...values] = parts;
  if (values.length === 0 || values.length > ROUNDS_MAX || !names.every(isName)) return null;
  if (values.some((value) => value.length > names.length)) return null;
  return values.map((value) => names.map((name, at) => [name, value[at] ?? ''] as const));
}

function isName(text: string): boolean {
  return /^\w+$/u.test(text);
}
