/**
 * What could not be carried over, in a sentence; with the line of the input where it stands, and
 * the file, where it is another one than the input.
 */
export type Note =
  string | { readonly line: number; readonly text: string; readonly file?: string };

/** `12: text`, as a compiler has it behind the file's name. */
export function noteText(note: Note): string {
  return typeof note === 'string' ? note : `${note.line}: ${note.text}`;
}

/** A configuration that is made from the configuration of another program. */
export interface Draft {
  readonly signals?: readonly DraftSignal[];
  readonly services: readonly DraftService[];
  readonly routes: readonly DraftRoute[];
  /** What could not be carried over, in sentences. */
  readonly notes: readonly Note[];
}

export interface DraftSignal {
  readonly name: string;
  readonly keys: DraftKeys;
  readonly notes: readonly Note[];
}

export interface DraftService {
  readonly name: string;
  /** As in the file: `192.0.2.10:443/tcp`; `null`: probed, no IPVS. */
  readonly virtual: string | null;
  /** Keys of the check, in their order; none: each real server has its own. */
  readonly check: DraftKeys;
  /** Other keys of the service: `quorum`, `hysteresis`. */
  readonly keys: DraftKeys;
  readonly realServers: readonly DraftServer[];
  /** Written as a comment: what is not known would do harm if it were guessed wrongly. */
  readonly isOff?: boolean;
  readonly notes: readonly Note[];
}

export interface DraftServer {
  readonly address: string;
  readonly weight: number | null;
  readonly check: DraftKeys;
  readonly note: string | null;
}

export interface DraftRoute {
  readonly prefix: string;
  readonly when: readonly string[];
  readonly keys: DraftKeys;
  readonly notes: readonly Note[];
  /** Something is missing in it: it is written as a comment, for somebody to complete. */
  readonly isOff?: boolean;
}

export type DraftKeys = readonly (readonly [string, DraftValue])[];
type DraftValue = string | number | boolean | readonly (string | number)[];

/** One thing that is wrong with the input, where it stands. */
export interface InputProblem {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly message: string;
  /** Where it is another one than the input. */
  readonly file?: string;
}

export type Imported =
  | { readonly ok: true; readonly draft: Draft }
  | { readonly ok: false; readonly problems: readonly InputProblem[] };
