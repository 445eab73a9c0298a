import { printable } from './printable.ts';

/** The longest line an agent may send. */
export const AGENT_LINE_MAX_BYTES = 1024;
const SHOWN_MAX_CHARS = 40;
const DESCRIPTION_MAX_CHARS = 120;

/** What an agent's reply means for its server. */
export interface AgentVerdict {
  /** `lost`: the reply is invalid, which shows nothing about the server. */
  readonly state: 'up' | 'down' | 'lost';
  readonly reason: string;
  /** `null`: the reply has no weight, and the last one holds. */
  readonly weightPercent: number | null;
  /** Nothing new for it, whatever its weight: for this answer, and not beyond it. */
  readonly isDrained: boolean;
}

/**
 * Parses the reply of an HAProxy agent-check (HAProxy's configuration manual, `agent-check`):
 * words with blanks or commas between them, some with `#` and a description, up to the first
 * end of line.
 *
 * `75%` is the share of the weight. `up` and `ready`; `down`, `fail`, `failed`, `stopped` and
 * `maint` (here all of them: no traffic); `drain`: up, with nothing new for it. `maxconn:30` is
 * for HAProxy alone and ignored. Words are read one by one and the worst of them counts. A
 * percentage above 100, or any other word, makes the whole line invalid.
 *
 * A percentage lasts until the next one, as in HAProxy. A drain lasts while replies have it: in
 * HAProxy it lasts until `ready`, which a client that connects once a second may miss.
 */
export function readAgentLine(text: string): AgentVerdict {
  const line = text.split(/[\r\n]/, 1)[0] ?? '';
  const hash = line.indexOf('#');
  const words = (hash < 0 ? line : line.slice(0, hash))
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  const description = hash < 0 ? '' : printable(line.slice(hash + 1), DESCRIPTION_MAX_CHARS);
  if (words.length === 0) return lost('the agent sent an empty answer');
  let weightPercent: number | null = null;
  let isDrained = false;
  let stoppedBy: string | null = null;
  for (const word of words.map((mixed) => mixed.toLowerCase())) {
    const meaning = meaningOf(word);
    switch (meaning.kind) {
      case 'up':
        break;
      case 'down':
        stoppedBy ??= word;
        break;
      case 'drain':
        isDrained = true;
        break;
      case 'weight':
        weightPercent = Math.min(weightPercent ?? 100, meaning.percent);
        break;
      case 'invalid':
        return lost(`unexpected answer "${printable(line, SHOWN_MAX_CHARS)}" from the agent`);
      default:
        meaning satisfies never;
    }
  }
  if (stoppedBy === null) return { state: 'up', reason: '', weightPercent, isDrained };
  const why = description === '' ? '' : `: ${description}`;
  return {
    state: 'down',
    reason: `the agent reports ${stoppedBy}${why}`,
    weightPercent,
    isDrained,
  };
}

type Meaning =
  | { readonly kind: 'up' }
  | { readonly kind: 'down' }
  | { readonly kind: 'drain' }
  | { readonly kind: 'weight'; readonly percent: number }
  | { readonly kind: 'invalid' };

function meaningOf(word: string): Meaning {
  switch (word) {
    case 'up':
    case 'ready':
      return { kind: 'up' };
    case 'down':
    case 'fail':
    case 'failed':
    case 'stopped':
    case 'maint':
      return { kind: 'down' };
    case 'drain':
      return { kind: 'drain' };
    default:
      if (/^maxconn:\d{1,10}$/.test(word)) return { kind: 'up' };
      return percentOf(word);
  }
}

function percentOf(word: string): Meaning {
  const digits = /^(\d{1,3})%$/.exec(word)?.[1];
  const percent = Number(digits ?? Number.NaN);
  return percent <= 100 ? { kind: 'weight', percent } : { kind: 'invalid' };
}

function lost(reason: string): AgentVerdict {
  return { state: 'lost', reason, weightPercent: null, isDrained: false };
}

/** What we reply as an agent. */
export interface AgentAnswer {
  readonly state: 'up' | 'down';
  readonly reason: string;
  /** `null`: the weight is left as it is. */
  readonly weightPercent: number | null;
}

/**
 * `up 75%`, `down #reason`: with the one line end that HAProxy waits for. The blank matters:
 * HAProxy 2.6 reads `down#none is up` as three words, the last of which is `up`.
 */
export function agentLine({ state, reason, weightPercent }: AgentAnswer): string {
  if (state === 'up') return weightPercent === null ? 'up\n' : `up ${weightPercent}%\n`;
  const why = printable(reason, DESCRIPTION_MAX_CHARS).replaceAll(/[^\x20-\x7e]/g, '?');
  return why === '' ? 'down\n' : `down #${why}\n`;
}
