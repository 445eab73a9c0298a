import type { Columns, Row } from './columns.ts';
import { OvsdbError } from './error.ts';
import type { Json } from './json.ts';
import type { Monitor, MonitorHandlers, MonitorSpec } from './monitor.ts';
import { errorInWords } from './monitor-replies.ts';
import { parseNotice } from './monitor-request.ts';
import { MonitorTask } from './monitor-task.ts';
import { settingsOf, type OvsdbClientOptions, type Settings } from './options.ts';
import { Backoff } from './backoff.ts';
import { readNames, readResults, readSchema } from './results.ts';
import type { DatabaseSchema } from './schema.ts';
import type { ClientState } from './state.ts';
import { Waiters } from './waiters.ts';
import { Connection } from './wire/connection.ts';

type Task = Pick<MonitorTask<Columns>, 'begin' | 'lost' | 'stop' | 'notice' | 'synced'>;

/**
 * A connection to an OVSDB server (RFC 7047) that reconnects until it is closed. Nothing happens
 * before `start()`. The first wait is 250 ms; it doubles to 8 s, each with jitter.
 *
 * @example
 * const client = new OvsdbClient({ remote: 'unix:/var/run/openvswitch/db.sock' });
 * client.start();
 * await client.connected();
 * console.log(await client.listDbs());
 * client.close();
 */
export class OvsdbClient {
  readonly #settings: Settings;
  readonly #backoff: Backoff;
  readonly #tasks = new Set<Task>();
  readonly #waiters = new Waiters();
  #state: ClientState = { kind: 'idle' };
  #connection: Connection | null = null;
  /** Ends the timer of the time: of the handshake, or of the wait for the next try. */
  #cancelTimer = (): void => {};
  #lastMonitor = 0;

  /**
   * @param options see `OvsdbClientOptions`; only `remote` is required.
   * @throws TypeError for a remote that cannot be parsed, and for `ssl:` without `tls`.
   */
  constructor(options: OvsdbClientOptions) {
    this.#settings = settingsOf(options);
    this.#backoff = new Backoff(this.#settings.random);
  }

  /** The state now; `onState` is called at each change. */
  get state(): ClientState {
    return this.#state;
  }

  /** Connects, and reconnects until `close()`. A second call does nothing; nor does one after `close()`. */
  start(): void {
    if (this.#state.kind === 'idle') this.#connect();
  }

  /**
   * Ends every socket and timer now. Requests in flight are rejected with an `OvsdbError`, and no
   * handler is called any more. A closed client cannot be started again.
   */
  close(): void {
    if (this.#state.kind === 'closed') return;
    this.#cancelTimer();
    for (const task of this.#tasks) task.stop();
    this.#tasks.clear();
    this.#setState({ kind: 'closed' });
    this.#connection?.close();
    this.#connection = null;
    this.#waiters.reject(new OvsdbError('failed', 'the client was closed'));
  }

  /**
   * Resolves when requests work, now or at a later connection. Without a time limit of its own.
   *
   * @throws OvsdbError when the client is closed, before or meanwhile.
   */
  async connected(): Promise<void> {
    if (this.#state.kind === 'closed') throw new OvsdbError('failed', 'the client was closed');
    if (!this.#isReady()) await this.#waiters.wait();
  }

  /**
   * Sends one JSON-RPC request. It is never repeated: after a lost connection the caller decides.
   *
   * @param method such as `transact`.
   * @param params the parameters, as RFC 7047 section 4.1 has them.
   * @returns the `result` of the reply, unchecked.
   * @throws OvsdbError while not connected, when the connection is lost, without a reply within
   *   `requestTimeoutMs`, and for an error of the server.
   * @example
   * await client.request('echo', ['hello']); // ['hello']
   */
  async request(method: string, params: readonly Json[]): Promise<unknown> {
    const connection = this.#connection;
    return new Promise((resolve, reject) => {
      if (connection === null || !this.#isReady()) {
        reject(new OvsdbError('failed', `${method}: ${this.#whyNotReady()}`));
        return;
      }
      connection.request(method, params, (reply) => {
        if (reply.kind === 'result') resolve(reply.result);
        else if (reply.kind === 'error') {
          reject(new OvsdbError(reply.error.code, errorInWords(method, reply.error)));
        } else reject(new OvsdbError('failed', `${method}: ${reply.reason}`));
      });
    });
  }

  /**
   * The names of the server's databases (RFC 7047, section 4.1.1).
   *
   * @throws OvsdbError as `request` does, and for a reply of another form.
   */
  async listDbs(): Promise<readonly string[]> {
    return readNames(await this.request('list_dbs', []));
  }

  /**
   * The schema of a database (RFC 7047, section 4.1.2).
   *
   * @param database such as `Open_vSwitch`.
   * @throws OvsdbError as `request` does: with code `unknown database`, among others.
   */
  async getSchema(database: string): Promise<DatabaseSchema> {
    return readSchema(await this.request('get_schema', [database]));
  }

  /**
   * Executes one transaction (RFC 7047, section 4.1.3): all of its operations or none.
   *
   * @param database such as `Open_vSwitch`.
   * @param operations as section 5.2 has them; `uuidJson`, `setJson` and `mapJson` write values.
   * @returns one result for each operation.
   * @throws OvsdbError as `request` does, and where an operation or the commit failed.
   * @example
   * await client.transact('Open_vSwitch', [
   *   { op: 'update', table: 'Interface', where: [['name', '==', 'eth0']], row: { lldp: mapJson([]) } },
   * ]);
   */
  async transact(database: string, operations: readonly Json[]): Promise<readonly unknown[]> {
    return readResults(await this.request('transact', [database, ...operations]));
  }

  /**
   * Keeps the rows of one table current until it is cancelled, through every reconnect.
   *
   * @param spec database, table, columns, and which rows.
   * @param handlers called synchronously; an exception of theirs is not caught.
   * @returns the live rows, and `cancel`.
   * @throws TypeError after `close()`. What the server refuses goes to `handlers.stale`.
   * @example
   * client.monitor(
   *   { database: 'Open_vSwitch', table: 'Interface', columns: { name: scalar('string') } },
   *   {
   *     sync: (rows) => console.log(rows.size),
   *     changes: (changes) => console.log(changes.length),
   *     stale: (reason) => console.error(reason),
   *   },
   * );
   */
  monitor<C extends Columns>(
    spec: MonitorSpec<C>,
    handlers: MonitorHandlers<Row<C>>,
  ): Monitor<Row<C>> {
    if (this.#state.kind === 'closed') throw new TypeError('the client was closed');
    const { clock, random } = this.#settings;
    const task = new MonitorTask(spec, handlers, {
      clock,
      random,
      newId: () => {
        this.#lastMonitor += 1;
        return `m${this.#lastMonitor}`;
      },
      settled: () => this.#settle(),
    });
    this.#tasks.add(task);
    if (this.#connection !== null && this.#isReady()) {
      task.begin(this.#connection);
      this.#settle();
    }
    const cancel = (): void => {
      if (!this.#tasks.delete(task)) return;
      task.stop();
      this.#settle();
    };
    return { rows: task.rows, cancel };
  }

  #connect(): void {
    const { clock, connectTimeoutMs } = this.#settings;
    const connection = new Connection(this.#settings, {
      open: () => this.#negotiate(connection),
      notification: (method, params) => this.#notified(method, params),
      lost: (reason) => this.#lost(reason),
    });
    this.#connection = connection;
    this.#cancelTimer = clock.after(connectTimeoutMs, () => {
      const missing = this.#state.kind === 'negotiating' ? 'answer' : 'connection';
      connection.drop(`no ${missing} within ${connectTimeoutMs} ms`);
    });
    this.#setState({ kind: 'connecting' });
  }

  /** With this the server announces schema changes by `monitor_canceled`; older servers do not know it. */
  #negotiate(connection: Connection): void {
    this.#setState({ kind: 'negotiating' });
    connection.request('set_db_change_aware', [true], (reply) => {
      if (reply.kind !== 'failed') this.#ready(connection);
    });
  }

  #ready(connection: Connection): void {
    this.#cancelTimer();
    this.#backoff.succeeded(this.#settings.clock.nowMs());
    // Listeners may add monitors, which then begin by themselves, and end others, or all.
    const tasks = [...this.#tasks];
    this.#setState({ kind: tasks.length === 0 ? 'synced' : 'monitoring' });
    this.#waiters.resolve();
    for (const task of tasks) if (this.#tasks.has(task)) task.begin(connection);
  }

  #notified(method: string, params: readonly unknown[]): void {
    const notice = parseNotice(method, params);
    if (notice !== null) for (const task of this.#tasks) task.notice(notice);
  }

  #lost(reason: string): void {
    const { clock } = this.#settings;
    this.#cancelTimer();
    this.#connection = null;
    const retryMs = this.#backoff.failed(clock.nowMs());
    this.#cancelTimer = clock.after(retryMs, () => this.#connect());
    this.#setState({ kind: 'waiting', reason, retryMs });
    for (const task of this.#tasks) task.lost(reason);
  }

  /** Distinguishes `monitoring` from `synced`. */
  #settle(): void {
    if (!this.#isReady()) return;
    const kind = [...this.#tasks].every(({ synced: isSynced }) => isSynced)
      ? 'synced'
      : 'monitoring';
    if (kind !== this.#state.kind) this.#setState({ kind });
  }

  #isReady(): boolean {
    return this.#state.kind === 'monitoring' || this.#state.kind === 'synced';
  }

  #whyNotReady(): string {
    const state = this.#state;
    return state.kind === 'waiting'
      ? `not connected: ${state.reason}`
      : `not connected: ${state.kind}`;
  }

  #setState(state: ClientState): void {
    this.#state = state;
    this.#settings.onState(state);
  }
}
