import { setTimeout as sleep } from 'node:timers/promises';
import { check } from './check.ts';
import { flood, nothingBroke } from './flood.ts';

const seed = Date.now() % 1_000_000;
const large = flood(3000, 12, seed);
const unread = flood(300, 12, seed + 1);

check('thousands of changes', {}, [
  {
    name: '3,000 routes flap at random for 10 s: BIRD, ExaBGP and routevane agree in the end',
    config: large.config,
    open: large.servers,
    exabgp: { pipes: true },
    steps: [large.birdAgrees, large.flaps(10_000), large.birdAgrees, large.ribAgrees, nothingBroke],
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
]);
