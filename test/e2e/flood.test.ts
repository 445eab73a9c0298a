import { setTimeout as sleep } from 'node:timers/promises';
import { check } from './check.ts';
import { flood, nothingBroke } from './flood.ts';

const seed = Date.now() % 1_000_000;
const large = flood({ servers: 3000, seed });
const bulk = flood({ servers: 50, bulk: 2000, seed: seed + 1 });
const unread = flood({ servers: 300, seed: seed + 2 });
const unwritten = flood({ servers: 300, seed: seed + 3 });

/** An ExaBGP that was stopped, or has much to do, keeps its session. */
const holdTimeS = 30;

check('thousands of changes', { holdTimeS }, [
  {
    name: '3,000 routes flap at random for 10 s: BIRD, ExaBGP and routevane agree in the end',
    config: large.config,
    open: large.servers,
    exabgp: { pipes: true },
    steps: [
      large.birdAgrees,
      large.flaps(10_000),
      large.birdAgrees,
      large.ribAgrees,
      large.decisionsAgree,
      nothingBroke,
    ],
  },
  {
    name: 'changes of one route right behind 2,000 others are not mixed up',
    config: bulk.config,
    open: bulk.servers,
    exabgp: { pipes: true },
    steps: [
      bulk.birdAgrees,
      ...Array.from({ length: 4 }).flatMap(() => [bulk.changesBehindBulk, bulk.birdAgrees]),
      bulk.ribAgrees,
      bulk.decisionsAgree,
      nothingBroke,
    ],
  },
  {
    name: 'acknowledgements that nobody reads for 5 s lose no command and no session',
    config: unread.config,
    open: unread.servers,
    exabgp: { pipes: true },
    steps: [
      unread.birdAgrees,
      unread.flaps(1000),
      unread.flaps(5000, async ({ exabgp }) => {
        exabgp.helper.kill('SIGSTOP');
        await sleep(5000);
        exabgp.helper.kill('SIGCONT');
      }),
      unread.birdAgrees,
      unread.ribAgrees,
      unread.decisionsAgree,
      nothingBroke,
    ],
  },
  {
    name: 'an ExaBGP that hangs for 4 s gets the newest intents afterwards',
    config: unwritten.config,
    open: unwritten.servers,
    exabgp: { pipes: true },
    steps: [
      unwritten.birdAgrees,
      unwritten.flaps(5000, async ({ exabgp }) => {
        exabgp.kill('SIGSTOP');
        // Longer than ack_timeout, shorter than the hold time.
        await sleep(4000);
        exabgp.kill('SIGCONT');
      }),
      unwritten.birdAgrees,
      unwritten.ribAgrees,
      unwritten.decisionsAgree,
      nothingBroke,
    ],
  },
]);
