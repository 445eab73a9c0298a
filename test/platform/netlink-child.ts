// Exits 7 as soon as it listens, while the worker waits for events.
import { netlinkLinks } from '../../src/platform/netlink.ts';

netlinkLinks().subscribe(() => process.exit(7));
