import type { TcpCheck } from '../../../src/model/check.ts';

/** Any check: the sink looks at none. */
export const tcpCheck: TcpCheck = {
  type: 'tcp',
  mode: 'connect',
  send: null,
  expect: { kind: 'none' },
  intervalMs: 1000,
  timeoutMs: 500,
  fastIntervalMs: 200,
  port: null,
  source: null,
  sweep: true,
  settle: {
    rise: 2,
    fall: 3,
    updelayMs: 0,
    downdelayMs: 0,
    damping: null,
    lostHoldMs: 10_000,
    onLost: 'down',
  },
};
