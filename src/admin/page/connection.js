/** The stream: one WebSocket that comes back by itself, and says how it is. */
import { retryDelayMs } from './backoff.js';

/** Without a word for this long a try to connect has failed. */
const connectTimeoutMs = 8000;

/** @typedef {import('../../protocol/api-events.ts').ApiSnapshot | import('../../protocol/api-events.ts').ApiEvent} Message */
/**
 * @typedef {object} ConnectionEvents
 * @property {(message: Message) => void} onMessage
 * @property {(state: ConnectionState) => void} onState
 */
/** @typedef {{ kind: 'connecting' | 'live' } | { kind: 'waiting', retryAtMs: number }} ConnectionState */

/**
 * Connects now, and again whenever the stream ends, until the page goes away.
 *
 * @param {string} url
 * @param {ConnectionEvents} events
 * @returns {{ retryNow: () => void, pause: () => void, drop: () => void }}
 *   `pause`: no more tries until `retryNow`; `drop`: this connection is dead, though it does not say so
 */
export function connect(url, { onMessage, onState }) {
  /** Tries since the last word; -1 while there is a connection. */
  let attempt = -1;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {WebSocket | null} */
  let socket = null;

  function open() {
    clearTimeout(timer);
    onState({ kind: 'connecting' });
    const fresh = new WebSocket(url);
    let isLive = false;
    socket = fresh;
    timer = setTimeout(() => fresh.close(), connectTimeoutMs);
    fresh.addEventListener('message', ({ data }) => {
      if (socket !== fresh || typeof data !== 'string') return;
      const message = parse(data);
      if (message === null) return;
      clearTimeout(timer);
      onMessage(message);
      if (!isLive) onState({ kind: 'live' });
      isLive = true;
      attempt = -1;
    });
    fresh.addEventListener('close', () => {
      if (socket === fresh) wait();
    });
  }

  function wait() {
    socket = null;
    clearTimeout(timer);
    attempt += 1;
    const delayMs = retryDelayMs(attempt, Math.random());
    onState({ kind: 'waiting', retryAtMs: Date.now() + delayMs });
    timer = setTimeout(open, delayMs);
  }

  open();
  // The network is back, or the machine woke up: no reason to wait any longer.
  addEventListener('online', () => {
    if (socket === null) open();
  });
  return {
    retryNow: () => {
      if (socket === null) open();
    },
    pause: () => clearTimeout(timer),
    drop: () => {
      const dead = socket;
      if (dead === null) return;
      // Its own `close` event waits for an answer that may never come.
      wait();
      dead.close();
    },
  };
}

/**
 * The daemon that served this page wrote it: its shape is known.
 *
 * @param {string} text
 * @returns {Message | null}
 */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    // A line that cannot be read is no reason to lose the stream.
    return null;
  }
}
