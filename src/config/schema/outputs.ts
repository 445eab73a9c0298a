import * as z from 'zod';
import { DEFAULTS } from '../defaults.ts';
import { durationText } from '../parse.ts';
import { optional, requiredKey } from './keys.ts';
import { duration, listenSchema, mapping, oneOf, path, wholeNumber, yesNo } from './basics.ts';

/** Beyond this ExaBGP could block on acknowledgements that we have not read yet. */
const WINDOW_MAX = 1_000;

const exabgpKeys = {
  ack_timeout: optional(duration(1), {
    description:
      'A command that ExaBGP does not answer in this time counts as unanswered, and is tried again.',
    default: durationText(DEFAULTS.exabgp.ackTimeoutMs),
    examples: ['5s'],
  }),
  window: optional(wholeNumber(1, WINDOW_MAX), {
    description: 'Commands that may wait for their answer at the same time.',
    default: DEFAULTS.exabgp.window,
    examples: [128],
  }),
  lease: optional(duration(1_000), {
    description: 'Not in this version: `check` accepts it, `run` refuses it.',
    unset: 'none: routes stay when the daemon dies',
    examples: ['1h'],
  }),
};

function pipeKey(key: string): string | undefined {
  return key === 'in' || key === 'out' ? 'it belongs to via: pipe' : undefined;
}

function viaOf<const Via extends string>(via: Via): z.ZodLiteral<Via> {
  return requiredKey(z.literal(via), {
    description: 'How ExaBGP is reached: as its child, by its named pipes, or not at all.',
    examples: [via],
  });
}

const exabgp = z.discriminatedUnion(
  'via',
  [
    mapping({ via: viaOf('stdio'), ...exabgpKeys }, pipeKey),
    mapping({
      via: viaOf('pipe'),
      in: requiredKey(path, {
        description: 'The named pipe that ExaBGP reads commands from.',
        examples: ['/run/exabgp/exabgp.in'],
      }),
      out: requiredKey(path, {
        description: 'The named pipe that ExaBGP writes answers to.',
        examples: ['/run/exabgp/exabgp.out'],
      }),
      ...exabgpKeys,
    }),
    mapping({ via: viaOf('off'), ...exabgpKeys }, pipeKey),
  ],
  { error: 'expected a mapping such as { via: stdio }' },
);

const ipvs = mapping({
  via: optional(oneOf(['netlink', 'ipvsadm', 'off']), {
    description:
      'How the table is reached. Where netlink does not work (no koffi), ipvsadm is used instead.',
    default: DEFAULTS.ipvs.via,
    examples: ['ipvsadm'],
  }),
  dry_run: optional(yesNo, {
    description: 'Log each change of a weight and make none. It does not cover routes.',
    default: DEFAULTS.ipvs.dryRun,
    examples: [true],
  }),
});

export const outputs = mapping({
  exabgp: optional(exabgp, {
    description: 'Announces and withdraws the routes.',
    unset: 'off',
    examples: [{ via: 'stdio' }],
  }),
  ipvs: optional(ipvs, {
    description: 'Sets weights in the kernel’s IPVS table.',
    unset: 'off',
    examples: [{ via: 'netlink' }],
  }),
  agent: optional(
    mapping({
      listen: requiredKey(listenSchema, {
        description: 'Where to listen for agent-checks.',
        examples: ['127.0.0.1:9128'],
      }),
    }),
    {
      description: 'Answers HAProxy’s agent-checks with the same health.',
      unset: 'off',
      examples: [{ listen: '127.0.0.1:9128' }],
    },
  ),
  track_files: optional(
    mapping({
      dir: requiredKey(path, {
        description: 'The folder of the files, one for each signal and service.',
        examples: ['/run/routevane/track'],
      }),
    }),
    {
      description: 'Writes files for keepalived’s `track_file`: 0 is up, 1 is down.',
      unset: 'off',
      examples: [{ dir: '/run/routevane/track' }],
    },
  ),
});

export type ExabgpFile = z.infer<typeof exabgp>;
