import type { Socket } from 'node:net';
import type { AgentCheck } from '../../model/check.ts';
import { connectTcp, dropTcp, type TcpEndpoint } from '../../platform/sockets.ts';
import { AGENT_LINE_MAX_BYTES, readAgentLine } from '../../protocol/agent-check.ts';
import { errorText } from './error-text.ts';
import {
  checkOfType,
  endpointOf,
  late,
  UP,
  type ProbeAnswer,
  type Probe,
  type Prober,
  type ProbeTarget,
} from './prober.ts';

const LINE_ENDS = /[\r\n]/;

/**
 * Reads the state and the weight of a server from an HAProxy agent-check. An agent that cannot
 * be reached or does not answer is `down`, as any service on that machine would be; one that
 * sends an invalid reply is `lost`.
 */
export const agentProber: Prober = (target, answered) =>
  new AgentProbe(target, checkOfType(target, 'agent'), answered);

class AgentProbe implements Probe {
  readonly #to: TcpEndpoint;
  readonly #check: AgentCheck;
  readonly #answered: (answer: ProbeAnswer) => void;
  #socket: Socket | null = null;
  #line = '';
  /** Until the agent reports another, it is the whole weight: as HAProxy's from its start. */
  #percent = 100;

  constructor(target: ProbeTarget, check: AgentCheck, answered: (answer: ProbeAnswer) => void) {
    this.#to = endpointOf(target);
    this.#check = check;
    this.#answered = answered;
  }

  start(): void {
    const socket = connectTcp(this.#to);
    this.#socket = socket;
    this.#line = '';
    socket.setEncoding('latin1');
    const { send } = this.#check;
    if (send !== null) socket.on('connect', () => socket.write(send));
    socket.on('data', (chunk) => this.#read(socket, String(chunk)));
    socket.on('end', () => this.#end(socket, this.#answer()));
    // Stays for ever: an error after the end of the probe must not end the process.
    socket.on('error', (error) => this.#end(socket, errorText(error, this.#to.source)));
  }

  expire(): ProbeAnswer {
    const answer = late(this.#socket, this.#check.timeoutMs);
    this.cancel();
    return answer;
  }

  cancel(): void {
    if (this.#socket !== null) dropTcp(this.#socket);
    this.#socket = null;
  }

  close(): void {
    this.cancel();
  }

  #read(socket: Socket, chunk: string): void {
    if (socket !== this.#socket) return;
    this.#line += chunk.slice(0, AGENT_LINE_MAX_BYTES);
    if (LINE_ENDS.test(chunk) || this.#line.length >= AGENT_LINE_MAX_BYTES) {
      this.#end(socket, this.#answer());
    }
  }

  #end(socket: Socket, answer: ProbeAnswer): void {
    if (socket !== this.#socket) return;
    this.cancel();
    this.#answered(answer);
  }

  #answer(): ProbeAnswer {
    const { state, reason, weightPercent, isDrained } = readAgentLine(this.#line);
    this.#percent = weightPercent ?? this.#percent;
    if (state !== 'up') return { state, reason };
    const percent = isDrained ? 0 : this.#percent;
    return percent === 100 ? UP : { state, reason, weightPercent: percent };
  }
}
