import { execFileSync } from 'node:child_process';
import { constants, mkdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Owner } from './owner.ts';
import { until } from './until.ts';

/** ExaBGP's named pipes, which it never makes itself. */
export interface ExabgpPipes {
  /** For `exabgp.api.pipename`. */
  readonly name: string;
  readonly inPath: string;
  readonly outPath: string;
  /** Removes and makes them again, as Debian's unit does at each restart. */
  recreate(): void;
  /** Prefixes in ExaBGP's adj-rib-out. Not while somebody else uses the pipes. */
  adjRibOut(): Promise<readonly string[]>;
}

const folder = '/run/exabgp';
let made = 0;

/** ExaBGP looks in fixed folders only, so the name has to be unique instead. */
export function openPipes(owner: Owner): ExabgpPipes {
  made += 1;
  const name = `rve2e-${process.pid}-${made}`;
  const inPath = `${folder}/${name}.in`;
  const outPath = `${folder}/${name}.out`;
  const remove = (): void => {
    rmSync(inPath, { force: true });
    rmSync(outPath, { force: true });
  };
  const make = (): void => {
    execFileSync('mkfifo', ['-m', '0600', inPath, outPath]);
  };
  mkdirSync(folder, { recursive: true });
  make();
  owner.own(remove);
  return {
    name,
    inPath,
    outPath,
    recreate: () => {
      remove();
      make();
    },
    adjRibOut: () => askPipes(inPath, outPath),
  };
}

async function askPipes(inPath: string, outPath: string): Promise<string[]> {
  // Opened for reading and writing, a pipe neither blocks at open nor ends.
  const replies = await open(outPath, constants.O_RDWR | constants.O_NONBLOCK);
  const commands = await open(inPath, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    await commands.write('show adj-rib out\n');
    let text = '';
    const chunk = Buffer.alloc(65_536);
    await until(
      async () => {
        const { bytesRead } = await replies.read(chunk).catch(() => ({ bytesRead: 0 }));
        text += chunk.toString('latin1', 0, bytesRead);
        return text.endsWith('done\n');
      },
      20_000,
      'ExaBGP answers `show adj-rib out`',
      () => text.slice(0, 500),
    );
    return [...text.matchAll(/unicast (\S+)/g)].map((match) => match[1] ?? '');
  } finally {
    await replies.close();
    await commands.close();
  }
}
