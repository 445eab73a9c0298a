import { oneLine } from './text.ts';

/**
 * Why something from outside cannot be used, as one printable line. It is a
 * value that functions return: what a server sends is no exception of ours.
 */
export class Fault {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = oneLine(reason);
  }
}
