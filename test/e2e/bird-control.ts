import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** BIRD's control socket, spoken directly: a child process per look would cost 5 ms each. */
export interface BirdControl {
  /** Resolves with the lines of the reply, without codes; rejects with BIRD's own error. */
  ask(command: string): Promise<readonly string[]>;
  close(): void;
}

/** Connects and waits for the greeting; rejects while BIRD does not listen yet. */
export async function openControl(path: string): Promise<BirdControl> {
  const socket = await connected(path);
  const replies = readReplies(socket);
  await replies.next();
  let last: Promise<unknown> = Promise.resolve();
  return {
    ask(command) {
      const answer = last.then(async () => {
        socket.write(`${command}\n`);
        const reply = await replies.next();
        if (reply.done === true) throw new Error(`BIRD closed its control socket at: ${command}`);
        return reply.value;
      });
      last = answer.catch(() => {});
      return answer.then((reply) => {
        if (reply.code >= 8000) throw new Error(`BIRD: ${reply.lines.join('; ')}`);
        return reply.lines;
      });
    },
    close: () => socket.destroy(),
  };
}

interface Reply {
  readonly code: number;
  readonly lines: readonly string[];
}

function connected(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.removeListener('error', reject);
      socket.on('error', () => socket.destroy());
      resolve(socket);
    });
  });
}

/** `1007-first`, ` continued`, `0000 last`: a space after the code ends the reply. */
async function* readReplies(socket: Socket): AsyncGenerator<Reply, undefined> {
  let lines: string[] = [];
  for await (const line of createInterface({ input: socket })) {
    const coded = /^(\d{4})([ -])(.*)$/.exec(line);
    lines.push(coded === null ? line.slice(1) : (coded[3] ?? ''));
    if (coded?.[2] !== ' ') continue;
    yield { code: Number(coded[1]), lines };
    lines = [];
  }
  return undefined;
}
