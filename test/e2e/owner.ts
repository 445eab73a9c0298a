/**
 * What a test made outside its own process, each thing with the way to undo it.
 * Undoing is synchronous, so that it also works while the process is exiting.
 */
export class Owner {
  readonly #undo: (() => void)[] = [];

  constructor() {
    if (open.size === 0) undoAtExit();
    open.add(this);
  }

  own(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** Undoes everything, newest first; what fails is reported after the rest was undone. */
  close(): void {
    open.delete(this);
    const failures: unknown[] = [];
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) {
      try {
        undo();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not all of the lab was undone');
  }
}

const open = new Set<Owner>();
let atExit = false;

function undoAtExit(): void {
  if (atExit) return;
  atExit = true;
  process.on('exit', () => {
    for (const owner of open) owner.close();
  });
  // The default action of these signals skips the exit handlers.
  for (const [signal, code] of [['SIGINT', 130] as const, ['SIGTERM', 143] as const]) {
    process.once(signal, () => process.exit(code));
  }
}
