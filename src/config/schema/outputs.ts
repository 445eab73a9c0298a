import * as z from 'zod';
import { duration, listenSchema, mapping, oneOf, path, wholeNumber, yesNo } from './basics.ts';

/** Beyond this ExaBGP could block on acknowledgements that we have not read yet. */
const WINDOW_MAX = 1_000;

const exabgpKeys = {
  ack_timeout: duration(1, 'How long ExaBGP may take to answer; default 2s.').optional(),
  window: wholeNumber(1, WINDOW_MAX)
    .optional()
    .meta({ description: 'Lines that may wait for their answer at once; default 64.' }),
  lease: duration(1_000, 'Routes end this long after the daemon last renewed them.').optional(),
};

function pipeKey(key: string): string | undefined {
  return key === 'in' || key === 'out' ? 'it belongs to via: pipe' : undefined;
}

const exabgp = z.discriminatedUnion(
  'via',
  [
    mapping({ via: z.literal('stdio'), ...exabgpKeys }, pipeKey),
    mapping({ via: z.literal('pipe'), in: path, out: path, ...exabgpKeys }),
    mapping({ via: z.literal('off'), ...exabgpKeys }, pipeKey),
  ],
  { error: 'expected a mapping such as { via: stdio }' },
);

const ipvs = mapping({
  via: oneOf(['netlink', 'ipvsadm', 'off']).optional().meta({
    description: 'How the table is reached; default netlink, and ipvsadm where that does not work.',
  }),
  dry_run: yesNo.optional().meta({
    description: 'Say what would be done to weights, and do nothing; routes are not covered.',
  }),
});

export const outputs = mapping({
  exabgp: exabgp.optional(),
  ipvs: ipvs.optional(),
  agent: mapping({ listen: listenSchema })
    .optional()
    .meta({ description: 'Answers HAProxy agent-checks.' }),
  track_files: mapping({ dir: path }).optional(),
});

export type ExabgpFile = z.infer<typeof exabgp>;
