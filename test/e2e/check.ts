import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Exabgp, ExabgpOptions } from './exabgp.ts';
import { openLab, type Lab, type LabNode, type LabOptions } from './lab.ts';
import { routevaneCommand } from './routevane.ts';
import type { ServerCommand, ServerSpec, Servers } from './servers.ts';

/** One scenario: a configuration, then what happens and what BIRD must see. */
export interface Row {
  readonly name: string;
  /** routevane's configuration without `outputs`; with two nodes, one for each. */
  readonly config: string | readonly [string, string];
  /** Makes what there has to be before ExaBGP and routevane start. */
  readonly prepare?: (lab: Lab) => void | Promise<void>;
  /** Servers that are open from the start. */
  readonly open?: readonly ServerSpec[];
  /** In order; each has to succeed. */
  readonly steps: readonly Step[];
  readonly exabgp?: Omit<ExabgpOptions, 'helper'> & { readonly over?: 'ipv4' | 'ipv6' };
}

export interface Step {
  readonly what: string;
  run(world: World): Promise<void>;
}

/** One node of the lab while a row runs. */
interface Site {
  readonly node: LabNode;
  readonly configPath: string;
  /** Writes a new configuration; routevane reads it at the signal. */
  configure(config: string): void;
  readonly exabgp: Exabgp;
}

/** What a row's steps work with. */
export interface World extends Site {
  readonly lab: Lab;
  /** Both sites of a row with two nodes; the first one is also spread out above. */
  readonly sites: readonly [Site, ...Site[]];
  readonly servers: Servers;
  /** What steps remember for later ones. */
  readonly memory: Map<string, number>;
}

/**
 * Runs the rows as tests of one suite. They share BIRD, the namespaces and the process
 * of servers; ExaBGP and routevane are started anew for each.
 */
export function check(suite: string, options: LabOptions, rows: readonly Row[]): void {
  describe(suite, () => {
    let lab: Lab | undefined;
    let servers: Servers | undefined;

    before(async () => {
      // A bundle that cannot be built shall fail the suite once, not each row.
      routevaneCommand();
      lab = await openLab(options);
      servers = await lab.nodes[0].servers();
    });
    after(() => lab?.close());

    for (const row of rows) {
      test(row.name, async () => {
        if (lab === undefined || servers === undefined) throw new Error('the lab did not open');
        await runRow(row, lab, servers);
      });
    }
  });
}

async function runRow(row: Row, lab: Lab, shared: Servers): Promise<void> {
  const [servers, clear] = remembering(shared);
  try {
    await row.prepare?.(lab);
    await servers.open(...(row.open ?? []));
    const configs = typeof row.config === 'string' ? [row.config] : row.config;
    const sites = await Promise.all(
      configs.map((config, index) => startSite(row, lab, lab.nodes[index], config)),
    );
    const [first, ...others] = sites;
    if (first === undefined) throw new Error('a row has at least one node');
    const world: World = {
      ...first,
      lab,
      sites: [first, ...others],
      servers,
      memory: new Map(),
    };
    for (const [index, step] of row.steps.entries()) {
      await step.run(world).catch((cause: unknown) => {
        throw new Error(`step ${index + 1}, ${step.what}: ${String(cause)}`, { cause });
      });
    }
  } finally {
    await Promise.all([...lab.nodes.map((node) => node.reset()), clear()]);
  }
}

async function startSite(
  row: Row,
  lab: Lab,
  node: LabNode | undefined,
  config: string,
): Promise<Site> {
  if (node === undefined) throw new Error('the lab has too few nodes for this row');
  const folder = mkdtempSync(join(lab.folder, 'routevane-'));
  const configPath = join(folder, 'routevane.yaml');
  const configure = (text: string): void => {
    // `state/` is a name in the rows for a folder of this row's own.
    writeFileSync(configPath, `${text.replaceAll('state/', `${folder}/`)}\n${outputs}`);
  };
  configure(config);
  const helper = routevaneCommand('run', '-c', configPath);
  const exabgp = await node.exabgp({ ...row.exabgp, helper });
  return { node, configPath, configure, exabgp };
}

const outputs = 'outputs: { exabgp: { via: stdio } }\n';

/** The servers, and a way to close all that a row left open. */
function remembering(servers: Servers): [Servers, () => Promise<void>] {
  const open = new Map<string, ServerSpec>();
  const change = async (command: ServerCommand): Promise<void> => {
    await servers.change(command);
    for (const spec of command.close) open.delete(nameOf(spec));
    for (const spec of command.open) open.set(nameOf(spec), spec);
  };
  const remembered: Servers = {
    ...servers,
    change,
    open: (...specs) => change({ open: specs, close: [] }),
    close: (...specs) => change({ open: [], close: specs }),
  };
  return [
    remembered,
    async () => {
      servers.thaw();
      await change({ open: [], close: [...open.values()] });
    },
  ];
}

function nameOf(spec: ServerSpec): string {
  return `${spec.protocol} ${spec.address}:${spec.port}`;
}
