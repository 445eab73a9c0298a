import type { Destination, ServiceIdentity, TableChange } from '../../protocol/ipvs/table.ts';
import { destinationName } from './names.ts';

const commands = { set: '-e', add: '-a', remove: '-d' } as const;
const protocols = { tcp: '-t', udp: '-u', sctp: '--sctp-service' } as const;
const forwardings = ['-m', '-m', '-i', '-g'] as const;
const tunnels = ['ipip', 'gue', 'gre'] as const;

/** A change as the command line that would do the same. */
export function changeLine({ kind, service, destination }: TableChange): string {
  const words = ['ipvsadm', commands[kind], ...serviceWords(service)];
  words.push('-r', destinationName(destination));
  if (kind !== 'remove') words.push(...serverWords(destination));
  return words.join(' ');
}

function serviceWords(service: ServiceIdentity): readonly string[] {
  if (service.kind === 'address') return [protocols[service.protocol], destinationName(service)];
  return ['-f', String(service.mark), ...(service.family === 6 ? ['-6'] : [])];
}

function serverWords(destination: Destination): readonly string[] {
  const { weight, upperThreshold, lowerThreshold, tunnel } = destination;
  const type = tunnels[tunnel.type];
  return [
    forwardings[destination.forwarding] ?? '-m',
    '-w',
    String(weight),
    ...(upperThreshold > 0 ? ['-x', String(upperThreshold)] : []),
    ...(lowerThreshold > 0 ? ['-y', String(lowerThreshold)] : []),
    ...(destination.forwarding === 2 && tunnel.type > 0 && type !== undefined
      ? ['--tun-type', type, ...(tunnel.port > 0 ? ['--tun-port', String(tunnel.port)] : [])]
      : []),
  ];
}
