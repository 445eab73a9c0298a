/**
 * Why a request failed. `code` is the server's (`unknown database`, `constraint violation`), or
 * `failed` where there is none: not connected, connection lost, no reply in time, or a reply that
 * cannot be parsed. `message` is one printable line.
 */
export class OvsdbError extends Error {
  override readonly name = 'OvsdbError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
