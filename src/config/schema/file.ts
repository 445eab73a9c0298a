import * as z from 'zod';
import { bad, durationText, good, type Parsed } from '../parse.ts';
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
import { DEFAULTS } from '../defaults.ts';
import { optional, requiredKey } from './keys.ts';
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
  ifplugd: optional(
    mapping({
      dir: requiredKey(path, {
        description: 'The folder where the hook writes one file for each interface.',
        examples: ['/run/routevane/link'],
      }),
    }),
    {
      description: 'Link states of ifplugd, NetworkManager or networkd-dispatcher.',
      unset: 'none: a link is seen by its carrier only',
      examples: [{ dir: '/run/routevane/link' }],
    },
  ),
  ovsdb: optional(
    mapping({
      remote: requiredKey(textUpTo(REMOTE_EXPECTED, parseRemote, { title: 'OVSDB remote' }), {
        description: 'The database server: `unix:PATH`, `tcp:ADDRESS:PORT` or `ssl:ADDRESS:PORT`.',
        examples: [DEFAULTS.ovsdb.remote, 'ssl:10.0.0.5:6640'],
      }),
      vswitchd_pidfile: optional(path, {
        description: 'The pidfile of ovs-vswitchd; its control socket lies in the same folder.',
        unset: `\`${DEFAULTS.ovsdb.vswitchdPidfile}\` with a \`unix:\` remote, else none: only the statistics show that it is alive`,
        examples: [DEFAULTS.ovsdb.vswitchdPidfile],
      }),
      ca_cert: optional(path, {
        description: 'With `ssl:`: the CA that the server must have a certificate of.',
        unset: 'none; an `ssl:` remote needs it',
        examples: ['/etc/routevane/ovs-ca.pem'],
      }),
      certificate: optional(path, {
        description: 'With `ssl:`: our certificate. It goes with `private_key`.',
        unset: 'none',
        examples: ['/etc/routevane/cert.pem'],
      }),
      private_key: optional(path, {
        description: 'With `ssl:`: the key of `certificate`.',
        unset: 'none',
        examples: ['/etc/routevane/key.pem'],
      }),
    }),
    {
      description: 'The database of Open vSwitch, for signals of type `bfd`.',
      unset: `\`{ remote: ${DEFAULTS.ovsdb.remote} }\``,
      examples: [{ remote: DEFAULTS.ovsdb.remote }],
    },
  ),
});

const maxWithdraw = mapping({
  share: requiredKey(positivePercent, {
    description: 'The share of all routes; rounded down, at least one.',
    examples: ['50%'],
  }),
  per: requiredKey(duration(1_000), {
    description: 'The length of the sliding window.',
    examples: ['1m'],
  }),
});

const admin = mapping({
  socket: optional(path, {
    description: 'Unix socket of the admin API, which the command line uses; mode 0660.',
    unset: 'none',
    examples: ['/run/routevane/admin.sock'],
  }),
  group: optional(text('a group name', 'group name'), {
    description: 'The group of the socket: its members may drain.',
    unset: 'the group of the daemon',
    examples: ['adm'],
  }),
  listen: optional(listenSchema, {
    description:
      'The dashboard, `/metrics` and the API over TCP. Without `token_file` on loopback only, and read-only.',
    unset: 'none',
    examples: ['127.0.0.1:9127'],
  }),
  token_file: optional(path, {
    description:
      'A file with a token of at least 16 characters, mode 0600 or 0640. Clients over TCP must give the token, and may then drain.',
    unset: 'none',
    examples: ['/etc/routevane/token'],
  }),
});

/** The whole file. Every value stays as it is written: `resolve` makes the model of it. */
export const configFile = mapping({
  node: optional(name, {
    description: 'The name of this node.',
    unset: 'the hostname',
    examples: ['lb-a'],
  }),
  nodes: optional(listOf(name, 'nodes'), {
    description: 'All nodes that announce the same routes, for MED ladders; the same list on each.',
    unset: 'this node alone',
    examples: [['lb-a', 'lb-b', 'lb-c']],
  }),
  startup_timeout: optional(duration(0), {
    description: 'So long after the start unknown counts as down.',
    default: durationText(DEFAULTS.startupTimeoutMs),
    examples: ['30s'],
  }),
  state_dir: optional(path, {
    description:
      'The folder of what a restart needs: journal, checkpoint, normal weights, drains, announced routes.',
    unset: 'none: nothing is kept',
    examples: ['/var/lib/routevane'],
  }),
  log: optional(
    mapping({
      level: optional(oneOf(['debug', 'info', 'warn', 'error']), {
        description: 'The least important lines that are written.',
        default: DEFAULTS.logLevel,
        examples: ['debug'],
      }),
    }),
    {
      description: 'The log, JSON lines on stderr.',
      unset: `\`{ level: ${DEFAULTS.logLevel} }\``,
      examples: [{ level: 'debug' }],
    },
  ),
  max_withdraw: optional(maxWithdraw, {
    description: 'A budget for withdraws that health asks for: those beyond it are held back.',
    unset: 'off',
    examples: [{ share: '50%', per: '1m' }],
  }),
  sources: optional(sources, {
    description: 'Where links and BFD sessions are observed.',
    unset: 'carrier only; Open vSwitch where Debian has it',
    examples: [{ ifplugd: { dir: '/run/routevane/link' } }],
  }),
  signals: optional(z.record(name, signal, { error: 'expected a mapping of names to signals' }), {
    description: 'Things with health that are not services: see Signals.',
    unset: 'none',
    examples: [{ 'uplink-a': { type: 'link', interface: 'eth0' } }],
  }),
  check_defaults: optional(checkDefaults, {
    description: 'Keys of every check that hold where a check does not give them.',
    unset: 'the defaults of each key',
    examples: [{ interval: '1s', timeout: '500ms' }],
  }),
  services: optional(
    z.record(name, service, { error: 'expected a mapping of names to services' }),
    {
      description: 'Groups of real servers: see Services.',
      unset: 'none',
      examples: [{ web: { check: { type: 'tcp' }, real_servers: ['10.0.1.11:443'] } }],
    },
  ),
  routes: optional(z.array(route, { error: 'expected a list of routes' }), {
    description: 'What this node may announce: see Routes.',
    unset: 'none',
    examples: [[{ prefix: '192.0.2.10/32', when: 'web' }]],
  }),
  outputs: optional(outputs, {
    description: 'Where the decisions go: see Outputs.',
    unset: 'all off',
    examples: [{ exabgp: { via: 'stdio' } }],
  }),
  admin: optional(admin, {
    description: 'The admin API, the dashboard and the metrics.',
    unset: 'off',
    examples: [{ socket: '/run/routevane/admin.sock' }],
  }),
});

export type ConfigFile = z.infer<typeof configFile>;
export type OvsdbFile = NonNullable<NonNullable<ConfigFile['sources']>['ovsdb']>;
