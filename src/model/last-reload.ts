/** What became of the last wish to re-read the configuration (SIGHUP). */
export interface LastReload {
  readonly isAccepted: boolean;
  /** Why it was refused: the first problem of the file; empty where it was accepted. */
  readonly reason: string;
  /** Wall clock, milliseconds. */
  readonly atMs: number;
  /** When one was accepted last; `null`: none since the start. */
  readonly acceptedAtMs: number | null;
}
