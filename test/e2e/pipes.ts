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
  /** Says one command; resolves with the answer up to `done`. Not while somebody else uses the pipes. */
  command(line: string): Promise<string>;
  /** Prefixes in ExaBGP's adj-rib-out. */
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
    command: (line) => askPipes(inPath, outPath, line),
    adjRibOut: async () => {
      const answer = await askPipes(inPath, outPath, 'show adj-rib out');
      return [...answer.matchAll(/unicast (\S+)/g)].map((match) => match[1] ?? '');
    },
  };
}

async function askPipes(inPath: string, outPath: string, line: string): Promise<string> {
  // Opened for reading and writing, a pipe neither blocks at open nor ends.
  const replies = await open(outPath, constants.O_RDWR | constants.O_NONBLOCK);
  const commands = await open(inPath, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    await commands.write(`${line}\n`);
    let text = '';
    const chunk = Buffer.alloc(65_536);
    await until(
      async () => {
        const { bytesRead } = await replies.read(chunk).catch(() => ({ bytesRead: 0 }));
        text += chunk.toString('latin1', 0, bytesRead);
        return text.endsWith('done\n');
      },
      60_000,
      `ExaBGP answers: ${line}`,
      () => text.slice(0, 500),
    );
    return text;
  } finally {
    await replies.close();
    await commands.close();
  }
}
