interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Promises that are settled all at once. */
export class Waiters {
  #waiting: Waiter[] = [];

  async wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  resolve(): void {
    for (const { resolve } of this.#taken()) resolve();
  }

  reject(error: Error): void {
    for (const { reject } of this.#taken()) reject(error);
  }

  #taken(): readonly Waiter[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }
}
