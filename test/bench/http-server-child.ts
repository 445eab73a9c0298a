// Answers each GET with a short 200; its port is its first line.
import { createServer } from 'node:http';
import { portOf } from '../sources/probes/fixtures.ts';

const server = createServer((_, response) => response.end('ok'));
server.listen(0, '127.0.0.1', () => console.log(portOf(server)));
