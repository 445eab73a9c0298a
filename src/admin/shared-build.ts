/**
 * Builds one thing at a time, for all who ask meanwhile: a flood of readers costs
 * what one costs. No caller gets a result whose building began before its call.
 */
export class SharedBuild<T> {
  readonly #build: () => Promise<T>;
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<T> | null = null;

  constructor(build: () => Promise<T>) {
    this.#build = build;
  }

  /** Rejects as the build does. */
  async get(): Promise<T> {
    this.#next ??= this.#buildAfter(this.#running);
    return this.#next;
  }

  async #buildAfter(previous: Promise<unknown>): Promise<T> {
    await previous.catch(() => {});
    this.#next = null;
    const building = this.#build();
    this.#running = building;
    return building;
  }
}
