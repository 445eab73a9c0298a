// Runs one plugin that prints ExaBGP commands, and writes to stderr what was observed of it.
import { firstValueFrom, of } from 'rxjs';
import { exec } from '../../../src/sources/exec/exec.ts';
import { emptyConfig } from '../../empty-config.ts';
import { SETTLE } from '../probes/fixtures.ts';

const script = 'echo announce route 192.0.2.1/32 next-hop self; read line && echo "$line"; exit 2';
const observation = await firstValueFrom(
  exec(
    of({
      ...emptyConfig,
      signals: [
        {
          name: 'it',
          type: 'exec' as const,
          command: ['/bin/sh', '-c', script],
          intervalMs: 60_000,
          fastIntervalMs: 60_000,
          timeoutMs: 30_000,
          user: null,
          settle: SETTLE,
        },
      ],
    }),
  ),
);
process.stderr.write(observation.reason);
