import { addressBytes, addressText, tableEndpointText, familyOf } from './address.ts';
import { FORWARDING, TUNNEL, TUNNEL_FLAG } from './numbers.ts';
import type { Destination, ServiceIdentity, TableChange, Tunnel } from './table.ts';

/** A line for `ipvsadm --restore`, or why there is none that says it. */
export type IpvsadmLine =
  { readonly ok: true; readonly line: string } | { readonly ok: false; readonly reason: string };

/** What ipvsadm reads; one line outside of it ends it with the later lines unread. */
const NUMBER_MAX = 2 ** 31 - 1;
const commands = { set: '-e', add: '-a', remove: '-d' } as const;
const protocols = { tcp: '-t', udp: '-u', sctp: '--sctp-service' } as const;
const methods: Readonly<Record<number, string>> = {
  [FORWARDING.masquerading]: '-m',
  // ipvsadm has no word for `local` and prints it so, too.
  [FORWARDING.local]: '-g',
  [FORWARDING.tunnel]: '-i',
  [FORWARDING.direct]: '-g',
};

const NO_NAME = 'the service has no valid name';

/**
 * A change as ipvsadm's line without the program's name, such as
 * `-e -t 192.0.2.10:443 -r 10.0.1.11:443 -m -w 0`. Nothing but numbers,
 * canonical addresses and ipvsadm's own words gets into it.
 */
export function ipvsadmLine({ kind, service, destination }: TableChange): IpvsadmLine {
  const name = serviceWords(service);
  if (name === null) return no(NO_NAME);
  const server = endpointWord(destination.address, destination.port);
  if (server === null) return no('the real server has no valid address and port');
  const values = kind === 'remove' ? [] : valueWords(destination);
  if (values === null) return no('the real server has a value that ipvsadm cannot express');
  return { ok: true, line: [commands[kind], ...name, '-r', server, ...values].join(' ') };
}

/** A service as ipvsadm saves it, such as `-A -t 192.0.2.10:443`, without what schedules it. */
export function serviceLine(service: ServiceIdentity): IpvsadmLine {
  const name = serviceWords(service);
  return name === null ? no(NO_NAME) : { ok: true, line: ['-A', ...name].join(' ') };
}

function no(reason: string): IpvsadmLine {
  return { ok: false, reason };
}

function serviceWords(service: ServiceIdentity): readonly string[] | null {
  if (service.kind === 'fwmark') {
    if (!isNumber(service.mark) || service.mark === 0) return null;
    return ['-f', String(service.mark), ...(service.family === 6 ? ['-6'] : [])];
  }
  const endpoint = endpointWord(service.address, service.port);
  return endpoint === null ? null : [protocols[service.protocol], endpoint];
}

function endpointWord(text: string, port: number): string | null {
  const bytes = addressBytes(text);
  const address = bytes === null ? null : addressText(bytes, familyOf(text));
  return address === null || !isNumber(port, 65_535) ? null : tableEndpointText(address, port);
}

function valueWords(destination: Destination): readonly string[] | null {
  const { forwarding, weight, upperThreshold, lowerThreshold } = destination;
  const method = methods[forwarding];
  const intact = [weight, upperThreshold, lowerThreshold].every((value) => isNumber(value));
  const tunnel = forwarding === FORWARDING.tunnel ? tunnelWords(destination.tunnel) : [];
  if (method === undefined || !intact || tunnel === null) return null;
  return [
    method,
    '-w',
    String(weight),
    ...(upperThreshold > 0 ? ['-x', String(upperThreshold)] : []),
    ...(lowerThreshold > 0 ? ['-y', String(lowerThreshold)] : []),
    ...tunnel,
  ];
}

function tunnelWords({ type, port, flags }: Tunnel): readonly string[] | null {
  switch (type) {
    case TUNNEL.ipip:
      return [];
    case TUNNEL.gue:
      if (!isNumber(port, 65_535) || port === 0) return null;
      return ['--tun-type', 'gue', '--tun-port', String(port), checksumWord(flags)];
    case TUNNEL.gre:
      return ['--tun-type', 'gre', checksumWord(flags)];
    default:
      return null;
  }
}

function checksumWord(flags: number): string {
  if ((flags & TUNNEL_FLAG.csum) !== 0) return '--tun-csum';
  return (flags & TUNNEL_FLAG.remcsum) === 0 ? '--tun-nocsum' : '--tun-remcsum';
}

function isNumber(value: number, max = NUMBER_MAX): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}
