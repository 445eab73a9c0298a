import { addressBytes, addressText, tableEndpointText, familyOf } from './address.ts';
import { FORWARDING, TUNNEL, TUNNEL_FLAG } from './constants.ts';
import type { Destination, ServiceIdentity, TableChange, Tunnel } from './table.ts';

/** A line for `ipvsadm --restore`, or why it cannot be written. */
export type IpvsadmLine =
  { readonly ok: true; readonly line: string } | { readonly ok: false; readonly reason: string };

/** The largest number ipvsadm reads; a larger one ends it with the later lines unread. */
const NUMBER_MAX = 2 ** 31 - 1;
const commands = { set: '-e', add: '-a', remove: '-d' } as const;
const protocols = { tcp: '-t', udp: '-u', sctp: '--sctp-service' } as const;
const methods: Readonly<Record<number, string>> = {
  [FORWARDING.masquerading]: '-m',
  // ipvsadm has no option for `local` and prints it as direct routing, too.
  [FORWARDING.local]: '-g',
  [FORWARDING.tunnel]: '-i',
  [FORWARDING.direct]: '-g',
};

const NO_NAME = 'the service has no valid name';

/**
 * A change as ipvsadm's line without the program's name, such as
 * `-e -t 192.0.2.10:443 -r 10.0.1.11:443 -m -w 0`. Nothing but numbers,
 * canonical addresses and ipvsadm's options gets into it.
 */
export function ipvsadmLine({ kind, service, destination }: TableChange): IpvsadmLine {
  const name = serviceOptions(service);
  if (name === null) return invalid(NO_NAME);
  const server = endpointText(destination.address, destination.port);
  if (server === null) return invalid('the real server has no valid address and port');
  const values = kind === 'remove' ? [] : valueOptions(destination);
  if (values === null) return invalid('the real server has a value that ipvsadm cannot express');
  return { ok: true, line: [commands[kind], ...name, '-r', server, ...values].join(' ') };
}

/** A service as ipvsadm saves it, such as `-A -t 192.0.2.10:443`, without what schedules it. */
export function serviceLine(service: ServiceIdentity): IpvsadmLine {
  const name = serviceOptions(service);
  return name === null ? invalid(NO_NAME) : { ok: true, line: ['-A', ...name].join(' ') };
}

function invalid(reason: string): IpvsadmLine {
  return { ok: false, reason };
}

function serviceOptions(service: ServiceIdentity): readonly string[] | null {
  if (service.kind === 'fwmark') {
    if (!isNumber(service.mark) || service.mark === 0) return null;
    return ['-f', String(service.mark), ...(service.family === 6 ? ['-6'] : [])];
  }
  const endpoint = endpointText(service.address, service.port);
  return endpoint === null ? null : [protocols[service.protocol], endpoint];
}

function endpointText(text: string, port: number): string | null {
  const bytes = addressBytes(text);
  const address = bytes === null ? null : addressText(bytes, familyOf(text));
  return address === null || !isNumber(port, 65_535) ? null : tableEndpointText(address, port);
}

function valueOptions(destination: Destination): readonly string[] | null {
  const { forwarding, weight, upperThreshold, lowerThreshold } = destination;
  const method = methods[forwarding];
  const isIntact = [weight, upperThreshold, lowerThreshold].every((value) => isNumber(value));
  const tunnel = forwarding === FORWARDING.tunnel ? tunnelOptions(destination.tunnel) : [];
  if (method === undefined || !isIntact || tunnel === null) return null;
  return [
    method,
    '-w',
    String(weight),
    ...(upperThreshold > 0 ? ['-x', String(upperThreshold)] : []),
    ...(lowerThreshold > 0 ? ['-y', String(lowerThreshold)] : []),
    ...tunnel,
  ];
}

function tunnelOptions({ type, port, flags }: Tunnel): readonly string[] | null {
  switch (type) {
    case TUNNEL.ipip:
      return [];
    case TUNNEL.gue:
      if (!isNumber(port, 65_535) || port === 0) return null;
      return ['--tun-type', 'gue', '--tun-port', String(port), checksumOption(flags)];
    case TUNNEL.gre:
      return ['--tun-type', 'gre', checksumOption(flags)];
    default:
      return null;
  }
}

function checksumOption(flags: number): string {
  if ((flags & TUNNEL_FLAG.csum) !== 0) return '--tun-csum';
  return (flags & TUNNEL_FLAG.remcsum) === 0 ? '--tun-nocsum' : '--tun-remcsum';
}

function isNumber(value: number, max = NUMBER_MAX): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}
