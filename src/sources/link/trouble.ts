import type { Notice } from '../../model/notice.ts';

/** Tells of something that goes wrong again and again: when it begins, when its cause changes, when it is over. */
export class LinkTrouble {
  readonly #notify: (notice: Notice) => void;
  readonly #beginEvent: string;
  readonly #overEvent: string;
  #cause: string | null = null;

  constructor(
    deps: { readonly notify: (notice: Notice) => void },
    beginEvent: string,
    overEvent: string,
  ) {
    this.#notify = deps.notify;
    this.#beginEvent = beginEvent;
    this.#overEvent = overEvent;
  }

  begin(message: string, cause: string): void {
    if (cause === this.#cause) return;
    this.#cause = cause;
    this.#notify({ level: 'warn', event: this.#beginEvent, message: `${message}: ${cause}` });
  }

  over(message: string): void {
    if (this.#cause === null) return;
    this.#cause = null;
    this.#notify({ level: 'info', event: this.#overEvent, message });
  }
}
