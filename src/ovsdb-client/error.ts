/**
 * Why a request came to nothing. `code` is the server's own word (`unknown
 * database`, `constraint violation`), or `failed` where the server said nothing:
 * not connected, connection lost, too late, or an answer that makes no sense.
 */
export class OvsdbError extends Error {
  override readonly name = 'OvsdbError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
