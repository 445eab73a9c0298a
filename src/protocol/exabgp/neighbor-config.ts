import { addressFamily } from './syntax.ts';

/** The parts of a neighbor in ExaBGP's configuration that affect us. */
export interface NeighborConfig {
  readonly address: string;
  /** `ipv4 unicast` and so on: routes of other families never reach it. */
  readonly families: readonly string[];
  /** Whether the UPDATEs that are sent are reported: `send { parsed; update; }`. */
  readonly hasSendEvents: boolean;
  /** Settings that can lose routes, as ExaBGP prints them. */
  readonly risks: readonly string[];
}

/** Neighbors that are kept; a load balancer has a few. */
const NEIGHBORS_MAX = 1000;

const RISKS: readonly RegExp[] = [
  /^adj-rib-out false;/u,
  /^route-refresh enable;/u,
  /^graceful-restart (?!disable)/u,
];

/** Reads the reply to `show neighbor configuration`, line by line. */
export class NeighborConfigReader {
  readonly neighbors: NeighborConfig[] = [];
  readonly #blocks: string[] = [];
  #address: string | null = null;
  #risks: string[] = [];
  #send = new Set<string>();
  #families: string[] = [];

  /** Whether the line belongs to such a reply. */
  read(text: string): boolean {
    const line = text.trim();
    if (line.endsWith('{')) return this.#open(line);
    if (this.#address === null) return false;
    if (line === '}') this.#close(this.#address);
    else if (this.#blocks.at(-1) === 'send') this.#send.add(line);
    else if (this.#blocks.at(-1) === 'family') this.#families.push(line.replace(/;$/u, ''));
    else if (RISKS.some((risk) => risk.test(line))) this.#risks.push(line.replace(/;$/u, ''));
    return true;
  }

  #open(line: string): boolean {
    const [word = '', address = ''] = line.split(/\s+/u);
    if (this.#address === null) {
      if (word !== 'neighbor' || addressFamily(address) === null) return false;
      this.#address = address;
      this.#risks = [];
      this.#send = new Set();
      this.#families = [];
      return true;
    }
    this.#blocks.push(word);
    return true;
  }

  #close(address: string): void {
    if (this.#blocks.pop() !== undefined) return;
    const hasSendEvents =
      this.#send.has('update;') && (this.#send.has('parsed;') || this.#send.has('consolidate;'));
    const families = this.#families;
    const risks = this.#risks;
    if (this.neighbors.length < NEIGHBORS_MAX)
      this.neighbors.push({ address, families, hasSendEvents, risks });
    this.#address = null;
  }
}
