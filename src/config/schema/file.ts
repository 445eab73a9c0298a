import * as z from 'zod';
import { bad, good, type Parsed } from '../parse.ts';
import {
  duration,
  listOf,
  listenSchema,
  mapping,
  name,
  oneOf,
  path,
  positivePercent,
  text,
  textUpTo,
} from './basics.ts';
import { checkDefaults } from './checks.ts';
import { outputs } from './outputs.ts';
import { route } from './routes.ts';
import { service } from './services.ts';
import { signal } from './signals.ts';

const REMOTE_EXPECTED = 'expected unix:PATH, tcp:ADDRESS:PORT or ssl:ADDRESS:PORT';
function parseRemote(value: string): Parsed<string> {
  return /^(unix:.+|(tcp|ssl):.+:[1-9][0-9]{0,4})$/.test(value)
    ? good(value)
    : bad(REMOTE_EXPECTED);
}

const sources = mapping({
  ifplugd: mapping({ dir: path }).optional(),
  ovsdb: mapping({
    remote: textUpTo(REMOTE_EXPECTED, parseRemote, { description: 'The OVSDB server.' }),
    vswitchd_pidfile: path.optional(),
    ca_cert: path.optional(),
    certificate: path.optional(),
    private_key: path.optional(),
  }).optional(),
});

/** The whole file. Every value stays as it is written: `resolve` makes the model of it. */
export const configFile = mapping({
  node: name.optional().meta({ description: 'The name of this node; default: the hostname.' }),
  nodes: listOf(name, 'nodes').optional().meta({ description: 'All nodes, for MED ladders.' }),
  startup_timeout: duration(0, 'After this, unknown counts as down; default 10s.').optional(),
  state_dir: path.optional().meta({ description: 'Default: nothing is kept.' }),
  log: mapping({ level: oneOf(['debug', 'info', 'warn', 'error']).optional() }).optional(),
  max_withdraw: mapping({
    share: positivePercent,
    per: duration(1_000, 'The length of the budget’s window.'),
  }).optional(),
  sources: sources.optional(),
  signals: z.record(name, signal, { error: 'expected a mapping of names to signals' }).optional(),
  check_defaults: checkDefaults.optional(),
  services: z
    .record(name, service, { error: 'expected a mapping of names to services' })
    .optional(),
  routes: z.array(route, { error: 'expected a list of routes' }).optional(),
  outputs: outputs.optional(),
  admin: mapping({
    socket: path.optional(),
    group: text('a group name').optional(),
    listen: listenSchema.optional(),
    token_file: path.optional(),
  }).optional(),
});

export type ConfigFile = z.infer<typeof configFile>;
export type OvsdbFile = NonNullable<NonNullable<ConfigFile['sources']>['ovsdb']>;
