/** A lab that lab.test.ts ends in several ways: it must leave nothing behind. */
import { once } from 'node:events';
import { openLab } from './lab.ts';

const lab = await openLab();
const [node] = lab.nodes;
const servers = await node.servers();
const exabgp = await node.exabgp({ helper: ['cat'], pipes: true });
await lab.until(() => exabgp.helper.pids().length > 0, 30_000, 'the helper was started');
const pids = [servers.pid, exabgp.pid, ...exabgp.helper.pids()];
process.stdout.write(`${JSON.stringify({ folder: lab.folder, pids })}\n`);
await once(process.stdin, 'data');
throw new Error('the test failed');
