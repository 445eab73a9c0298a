import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, on, once } from 'node:events';
import { createInterface } from 'node:readline';

/**
 * What OVS's own `ovsdb-client monitor` says a table holds. The cache is made of
 * canonical texts by code that shares nothing with the client under test.
 */
export class Oracle {
  readonly rows = new Map<string, Record<string, string>>();
  readonly #child: ChildProcess;
  readonly #events = new EventEmitter();

  constructor(remote: string, database: string, table: string) {
    const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` };
    this.#child = spawn('ovsdb-client', ['-f', 'json', 'monitor', remote, database, table], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { stdout } = this.#child;
    if (stdout === null) throw new Error('no standard output');
    createInterface(stdout).on('line', (line) => this.#take(line));
  }

  /** Resolves once `test` holds. */
  async until(test: (rows: Oracle['rows']) => boolean): Promise<void> {
    if (test(this.rows)) return;
    const signal = AbortSignal.timeout(60_000);
    for await (const _ of on(this.#events, 'line', { signal })) if (test(this.rows)) return;
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  #take(line: string): void {
    const { headings, data } = readLine(line);
    let id = '';
    for (const [uuid, action, ...values] of data) {
      // A modification takes two lines, `old` and `new`; the second does not repeat the uuid.
      if (uuid !== '') id = String(uuid);
      if (action === 'delete') this.rows.delete(id);
      else if (action !== 'old') {
        const row: Record<string, string> = {};
        for (const [index, value] of values.entries()) {
          const name = String(headings[index + 2]);
          if (name !== '_version') row[name] = canonicalJson(value);
        }
        this.rows.set(id, row);
      }
    }
    this.#events.emit('line');
  }
}

function readLine(line: string): { headings: readonly unknown[]; data: readonly unknown[][] } {
  const json: unknown = JSON.parse(line);
  assert.ok(typeof json === 'object' && json !== null && 'headings' in json && 'data' in json);
  const { headings, data } = json;
  assert.ok(Array.isArray(headings) && Array.isArray(data) && data.every(Array.isArray));
  return { headings, data };
}

/** The same text for the same value: a bare atom is a set of one, elements are sorted. */
function canonicalJson(json: unknown): string {
  const [tag, elements]: readonly unknown[] = Array.isArray(json) ? json : [];
  if ((tag === 'set' || tag === 'map') && Array.isArray(elements)) {
    return `${tag} ${elements
      .map((element) => JSON.stringify(element))
      .toSorted()
      .join(' ')}`;
  }
  return `set ${JSON.stringify(json)}`;
}
