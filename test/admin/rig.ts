import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { BehaviorSubject, Subscription } from 'rxjs';
import { WebSocket } from 'ws';
import { admin, type Admin } from '../../src/admin/admin.ts';
import type { UidOf } from '../../src/platform/peer.ts';
import type { AdminDeps } from '../../src/admin/context.ts';
import { serverLimits, type ServerLimits } from '../../src/admin/server.ts';
import { nearest } from '../../src/config/suggest.ts';
import type { AdminConfig, Config } from '../../src/model/config.ts';
import type { Control } from '../../src/model/control.ts';
import type { Drain } from '../../src/model/drain.ts';
import type { Notice } from '../../src/model/notice.ts';
import type { View } from '../../src/model/view.ts';
import { assertApi, assertApiAnswer } from '../api-check.ts';
import { emptyConfig } from '../empty-config.ts';
import { until } from '../e2e/until.ts';
import { sampleView } from './view.ts';

/** Of more events the rest is not checked: a flood must reach a client at its own pace. */
const CHECKED_MAX = 200;

export const token = 'a-token-of-many-characters';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface Ask {
  readonly via?: 'socket' | 'tcp';
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface RigOptions {
  readonly admin?: Partial<AdminConfig>;
  readonly config?: Partial<Config>;
  readonly limits?: Partial<ServerLimits>;
  readonly parts?: Partial<AdminDeps>;
  /** Instead of asking the kernel who is at the other end of the socket. */
  readonly uidOf?: UidOf;
  readonly withToken?: boolean;
  readonly view?: (drains: ReadonlyMap<string, Drain>) => View;
  /** As it is while the daemon starts: nobody answers the admin interface. */
  readonly withoutCore?: boolean;
  /** An earlier rig whose state_dir is used again. */
  readonly folder?: string;
}

/** The admin interface in this process, over a core that is made by hand. */
export class Rig {
  readonly folder: string;
  readonly socket: string;
  readonly admin: Admin;
  readonly config$: BehaviorSubject<Config>;
  readonly notices: Notice[] = [];
  /** What goes to the log only. */
  readonly logged: string[] = [];
  readonly controls: Control[] = [];
  readonly drains = new Map<string, Drain>();
  readonly #undo: (() => void)[] = [];

  constructor(options: RigOptions = {}) {
    this.folder = options.folder ?? mkdtempSync(join(tmpdir(), 'routevane-admin-'));
    this.socket = join(this.folder, 'admin.sock');
    const tokenFile = join(this.folder, 'token');
    if (options.withToken === true) writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
    this.config$ = new BehaviorSubject<Config>({
      ...emptyConfig,
      stateDir: join(this.folder, 'state'),
      ...options.config,
      admin: {
        socket: this.socket,
        group: null,
        listen: null,
        tokenFile: options.withToken === true ? tokenFile : null,
        ...options.admin,
      },
    });
    this.admin = admin(
      this.config$,
      {
        version: '1.2.3',
        pages: new Map(),
        metrics: null,
        past: null,
        configured: () => {},
        lastReload: () => null,
        nearest,
        notify: (notice) => this.notices.push(notice),
        log: ({ event, message }) => this.logged.push(`${event} ${message}`),
        ...options.parts,
      },
      { ...serverLimits, ...options.limits },
      options.uidOf,
    );
    const view = options.view ?? sampleView;
    const core =
      options.withoutCore === true
        ? new Subscription()
        : this.admin.control$.subscribe((control) => this.#control(control, view));
    const serving = this.admin.serve$.subscribe();
    this.#undo.push(
      () => core.unsubscribe(),
      () => serving.unsubscribe(),
    );
  }

  #control(control: Control, view: (drains: ReadonlyMap<string, Drain>) => View): void {
    if (control.kind === 'inspect') return control.inspect(view(this.drains));
    this.controls.push(control);
    if (control.kind === 'drain') this.drains.set(control.drain.name, control.drain);
    if (control.kind === 'undrain') this.drains.delete(control.name);
  }

  /** Resolves when both entrances that are configured are open. */
  async ready(): Promise<this> {
    const { socket, listen } = this.config$.value.admin;
    const wanted = Number(socket !== null) + Number(listen !== null);
    const open = (): boolean =>
      this.notices.filter(({ event }) => event === 'admin_listens').length >= wanted;
    await until(open, 30_000, 'the entrances are open', () => JSON.stringify(this.notices));
    return this;
  }

  async ask(path: string, ask: Ask = {}): Promise<Answer> {
    const { listen } = this.config$.value.admin;
    const where =
      ask.via === 'tcp'
        ? { host: listen?.host, port: listen?.port }
        : { socketPath: this.socket, host: 'localhost' };
    return new Promise((resolve, reject) => {
      const { method = 'GET', headers = {} } = ask;
      const request = httpRequest({ ...where, path, method, headers, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          const { statusCode: status = 0, headers: answered } = response;
          if (method !== 'HEAD') assertApiAnswer(path, status, text);
          resolve({ status, headers: answered, text });
        });
        response.on('error', reject);
      });
      request.on('error', reject);
      request.end(ask.body);
    });
  }

  listen(headers: Readonly<Record<string, string>> = {}): WebSocket {
    const client = new WebSocket(`ws+unix:${this.socket}:/api/v1/stream`, { headers });
    let checked = 0;
    client.on('message', (data: Buffer) => {
      checked += 1;
      if (checked <= CHECKED_MAX) assertApi('StreamMessage', data.toString('utf8'));
    });
    this.#undo.push(() => client.terminate());
    return client;
  }

  /** What else is to be undone at the end. */
  own(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** Ends everything; the folder stays for the next life where it is asked for. */
  close(keepFolder = false): void {
    for (const undo of this.#undo.splice(0).toReversed()) undo();
    if (!keepFolder) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A rig whose entrances are open, and that ends with its test. */
export async function openRig(test: TestContext, options: RigOptions = {}): Promise<Rig> {
  const rig = new Rig(options);
  test.after(() => rig.close());
  return rig.ready();
}

export function errorOf({ text }: Answer): { code: string; message: string; nearest: unknown } {
  return JSON.parse(text).error;
}
