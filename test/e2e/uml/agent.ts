import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { Command, type Running, type StartOptions, type Told } from './command.ts';

type Message = { readonly ready: true } | Told;

/**
 * What goes to agent-child.mjs in one piece. User-Mode Linux's console stops reading for good
 * after it was offered more than the 4,096 bytes it holds.
 */
const LINE_BYTES_MAX = 2048;

/** The outside of agent-child.mjs. */
export class Agent {
  readonly #child: ChildProcess;
  readonly #stdin: Writable;
  readonly #commands = new Map<number, Command>();
  readonly #dir: string;
  readonly #isReady: Promise<void>;
  /** One message is under way at a time, the rest waits here: tests do not send many. */
  readonly #waiting: string[] = [];
  #mayWrite = false;
  #nextId = 1;
  #nextFile = 1;
  #kernelLog = '';

  /** `dir`: the folder that both sides see. */
  constructor(child: ChildProcess, dir: string) {
    const { stdin, stdout, stderr } = pipes(child);
    this.#child = child;
    this.#dir = dir;
    this.#stdin = stdin;
    // What is written to a kernel that just died.
    stdin.on('error', () => {});
    stderr.setEncoding('utf8').on('data', (text: string) => (this.#kernelLog += text));
    const lines = createInterface({ input: stdout });
    this.#isReady = new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        const message = parse(line);
        if ('ready' in message) {
          resolve();
          this.#mayWrite = true;
          this.#writeNext();
        } else this.#commands.get(message.id)?.take(message);
      });
      child.once('close', () => {
        reject(this.#gone());
        for (const command of this.#commands.values()) command.fail(this.#gone());
      });
      child.once('error', reject);
    });
    // Whoever waits for it learns it; nobody has to.
    this.#isReady.catch(() => {});
  }

  async ready(timeoutMs: number): Promise<void> {
    await within(timeoutMs, this.#isReady, () => `the kernel did not boot: ${this.#kernelLog}`);
  }

  start(argv: readonly string[], options: StartOptions = {}): Running {
    const id = this.#nextId++;
    const say = (message: object): void => {
      this.#waiting.push(JSON.stringify({ id, ...message }));
      this.#writeNext();
    };
    const command = new Command(say);
    this.#commands.set(id, command);
    command.ended.then(
      () => this.#commands.delete(id),
      () => {},
    );
    if (this.#ended()) {
      command.fail(this.#gone());
      return command;
    }
    say({ start: argv, env: options.env ?? {} });
    if (options.input !== undefined) {
      command.write(options.input);
      command.closeInput();
    }
    return command;
  }

  /** The agent ends with its stdin and kills what runs; then the kernel halts. */
  async close(timeoutMs: number): Promise<void> {
    if (this.#ended()) return;
    const closed = once(this.#child, 'close');
    this.#stdin.end();
    await within(timeoutMs, closed, () => `the kernel did not halt: ${this.#kernelLog}`);
  }

  #writeNext(): void {
    if (!this.#mayWrite) return;
    const text = this.#waiting.shift();
    if (text === undefined) return;
    this.#mayWrite = false;
    this.#stdin.write(`${Buffer.byteLength(text) > LINE_BYTES_MAX ? this.#inFile(text) : text}\n`);
  }

  /** A new file each time: User-Mode Linux may remember what was in an old one. */
  #inFile(text: string): string {
    const file = join(this.#dir, `message-${this.#nextFile++}.json`);
    writeFileSync(file, text);
    return JSON.stringify({ file });
  }

  #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #gone(): Error {
    return new Error(`the kernel under test is gone: ${this.#kernelLog}`);
  }
}

function pipes(child: ChildProcess): { stdin: Writable; stdout: Readable; stderr: Readable } {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error('pipes are missing');
  return { stdin, stdout, stderr };
}

function parse(line: string): Message {
  const message: Message = JSON.parse(line);
  return message;
}

async function within<T>(timeoutMs: number, work: Promise<T>, why: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(why())), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
