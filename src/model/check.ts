/** How results of one signal or check become health (design: Settle). */
export interface SettleRules {
  /** Consecutive `up` results needed to become up. */
  readonly rise: number;
  /** Consecutive `down` results needed to become down. */
  readonly fall: number;
  readonly updelayMs: number;
  readonly downdelayMs: number;
  readonly damping: Damping | null;
  /** How long the last health is kept after the observer was lost. */
  readonly lostHoldMs: number;
  /** What `unknown` means once `lostHoldMs` has passed. */
  readonly onLost: 'down' | 'hold';
}

/** Flap damping after RFC 2439: each fall adds 1 to a penalty that decays with `halfLifeMs`. */
export interface Damping {
  readonly halfLifeMs: number;
  /** Above this penalty the signal is held down … */
  readonly suppress: number;
  /** … until the penalty is below this. */
  readonly reuse: number;
}

/** What a reply must look like. */
export type Expect =
  | { readonly kind: 'none' }
  /** The reply contains these bytes. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'regex'; readonly regex: RegExp };

interface CheckCommon {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** The interval while the check is unsettled. */
  readonly fastIntervalMs: number;
  /** The port to probe, where it is not the one that serves. */
  readonly port: number | null;
  /** Local address to probe from. */
  readonly source: string | null;
  /** Whether failures in one fault domain cause the rest of it to be probed at once. */
  readonly sweep: boolean;
  readonly settle: SettleRules;
}

export interface TcpCheck extends CheckCommon {
  readonly type: 'tcp';
  /** `hold` keeps one idle connection besides, as a sentinel. */
  readonly mode: 'connect' | 'hold';
  readonly send: Uint8Array | null;
  readonly expect: Expect;
}

export interface UdpCheck extends CheckCommon {
  readonly type: 'udp';
  readonly send: Uint8Array;
  /** `none`: up unless ICMP says unreachable within `timeoutMs`. */
  readonly expect: Expect;
}

/** A check type that is validated but not yet brought to life; `run` refuses it. */
export interface LaterCheck extends CheckCommon {
  readonly type: 'http' | 'https' | 'dns' | 'exec' | 'agent' | 'grpc';
}

export type Check = TcpCheck | UdpCheck | LaterCheck;
