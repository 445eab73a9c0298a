// The other side of the benchmarks: listens on PORTS ports of all of 127/8 and
// reads what comes. One process, so that it can sit on the other core.
// usage: listener.mjs FIRST_PORT PORTS
// Talks over IPC: says 'ready'; on { drop: [from, to] } closes those listeners
// and resets their connections, and says { dropped, atMs } (monotonic, for all processes).
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const [firstPort, ports, protocol = 'tcp'] = process.argv.slice(2);
const servers = [];
for (let port = Number(firstPort); port < Number(firstPort) + Number(ports); port += 1) {
  servers.push(protocol === 'tcp' ? await listenTcp(port) : await listenUdp(port));
}
process.send('ready');
process.on('message', ({ drop: [from, to] }) => {
  const atMs = Number(process.hrtime.bigint()) / 1e6;
  for (const { server, sockets } of servers.slice(from, to)) {
    server.close();
    for (const socket of sockets) socket.resetAndDestroy();
  }
  process.send({ dropped: to - from, atMs });
});
process.on('disconnect', () => process.exit(0));

function listenTcp(port) {
  const sockets = new Set();
  const server = createServer({ noDelay: false }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.resume();
  });
  return new Promise((done) => {
    server.listen({ port, host: '0.0.0.0', backlog: 4096 }, () => done({ server, sockets }));
  });
}

function listenUdp(port) {
  const server = createSocket('udp4');
  server.on('message', (message, { port: to, address }) => server.send(message, to, address));
  return new Promise((done) => {
    server.bind(port, '0.0.0.0', () => done({ server, sockets: new Set() }));
  });
}
