/** Calls of the admin API. Expected failures are values. */

/** Longer than the daemon lets any request take. */
const timeoutMs = 10_000;

/**
 * @template T
 * @typedef {{ ok: true, body: T } | { ok: false, status: number, code: string, message: string }} Answer
 */

/**
 * @template T
 * @param {string} path
 * @param {RequestInit} [init]
 * @returns {Promise<Answer<T>>}
 */
async function call(path, init) {
  try {
    const response = await fetch(path, { ...init, signal: AbortSignal.timeout(timeoutMs) });
    const text = await response.text();
    /** @type {any} */
    const body = text === '' ? null : JSON.parse(text);
    if (response.ok) return { ok: true, body };
    const { code = '', message = response.statusText } = body?.error ?? {};
    return { ok: false, status: response.status, code, message };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, status: 0, code: 'unreachable', message: `No answer: ${message}` };
  }
}

/** @returns {Promise<Answer<import('../../protocol/api.ts').ApiStatus>>} */
export const getStatus = () => call('api/v1/status');

/** @returns {Promise<Answer<import('../../protocol/api-events.ts').ApiHistory>>} */
export const getHistory = () => call('api/v1/history');

/**
 * @param {string} name
 * @returns {Promise<Answer<{ chain: import('../../protocol/api.ts').ApiExplainStep }>>}
 */
export const getExplanation = (name) => call(`api/v1/explain/${encodeURIComponent(name)}`);

/**
 * @param {string} name
 * @param {{ reason: string, for?: string, force?: boolean }} how
 * @returns {Promise<Answer<unknown>>}
 */
export const postDrain = (name, how) =>
  call(`api/v1/drain/${encodeURIComponent(name)}`, json('POST', how));

/**
 * @param {string} name
 * @returns {Promise<Answer<unknown>>}
 */
export const deleteDrain = (name) =>
  call(`api/v1/drain/${encodeURIComponent(name)}`, json('DELETE', {}));

/**
 * Exchanges the token for a cookie that scripts cannot read.
 *
 * @param {string} token
 * @returns {Promise<Answer<unknown>>}
 */
export const postLogin = (token) => call('api/v1/login', json('POST', { token }));

/**
 * What this browser may do.
 *
 * @returns {Promise<Answer<{ authenticated: boolean, may_drain: boolean }>>}
 */
export const getLogin = () => call('api/v1/login');

/**
 * Pages of others can send forms, but no JSON: the daemon asks for this type.
 *
 * @param {string} method
 * @param {object} value
 * @returns {RequestInit}
 */
function json(method, value) {
  return {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  };
}
