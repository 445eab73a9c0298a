// A table with every kind of service and real server, as ipvsadm's lines and as values.
import { execFileSync } from 'node:child_process';
import type { Destination, TableService } from '../../src/protocol/ipvs/table.ts';

export const lines = `
-A -t 192.0.2.10:443 -s wrr -p 300 -M 255.255.255.0
-a -t 192.0.2.10:443 -r 10.0.1.11:443 -m -w 100 -x 1000 -y 500
-a -t 192.0.2.10:443 -r 10.0.1.12:8443 -m -w 0
-A -u 192.0.2.20:514 -s mh -b mh-fallback,mh-port -o
-a -u 192.0.2.20:514 -r 10.0.2.11:514 -g -w 65535
-a -u 192.0.2.20:514 -r 10.0.2.12:514 -i -w 1
-a -u 192.0.2.20:514 -r 10.0.2.13:514 -i -w 3 --tun-type gue --tun-port 6080
-a -u 192.0.2.20:514 -r 10.0.2.14:514 -i -w 3 --tun-type gue --tun-port 6081 --tun-remcsum
-a -u 192.0.2.20:514 -r 10.0.2.15:514 -i -w 3 --tun-type gre --tun-csum
-a -u 192.0.2.20:514 -r [2001:db8:1::16]:514 -i -w 3
-A --sctp-service 192.0.2.30:2905 -s rr
-A -t [2001:db8::10]:443 -s sh -b sh-fallback -p 100 -M 64
-a -t [2001:db8::10]:443 -r [2001:db8:1:2222:3333:4444:5555:6666]:443 -m -w 7
-A -f 7 -s wlc
-a -f 7 -r 10.0.3.1:0 -g -w 5
-A -f 7 -6 -s wlc -p 360
-a -f 7 -6 -r [2001:db8:1::1]:0 -g -w 6
`.trim();

export const services: readonly TableService[] = [
  {
    identity: { kind: 'address', protocol: 'tcp', address: '192.0.2.10', port: 443 },
    ...scheduled('wrr', 1, 300),
    destinations: [
      server('10.0.1.11', 443, 0, 100, { upperThreshold: 1000, lowerThreshold: 500 }),
      server('10.0.1.12', 8443, 0, 0),
    ],
  },
  {
    identity: { kind: 'address', protocol: 'udp', address: '192.0.2.20', port: 514 },
    ...scheduled('mh', 4 | 8 | 16, 0),
    destinations: [
      server('10.0.2.11', 514, 3, 65_535),
      server('10.0.2.12', 514, 2, 1),
      server('10.0.2.13', 514, 2, 3, { tunnel: { type: 1, port: 6080, flags: 0 } }),
      server('10.0.2.14', 514, 2, 3, { tunnel: { type: 1, port: 6081, flags: 2 } }),
      server('10.0.2.15', 514, 2, 3, { tunnel: { type: 2, port: 0, flags: 1 } }),
      server('2001:db8:1::16', 514, 2, 3),
    ],
  },
  {
    identity: { kind: 'address', protocol: 'sctp', address: '192.0.2.30', port: 2905 },
    ...scheduled('rr', 0, 0),
    destinations: [],
  },
  {
    identity: { kind: 'address', protocol: 'tcp', address: '2001:db8::10', port: 443 },
    ...scheduled('sh', 1 | 8, 100),
    destinations: [server('2001:db8:1:2222:3333:4444:5555:6666', 443, 0, 7)],
  },
  {
    identity: { kind: 'fwmark', mark: 7, family: 4 },
    ...scheduled('wlc', 0, 0),
    destinations: [server('10.0.3.1', 0, 3, 5)],
  },
  {
    identity: { kind: 'fwmark', mark: 7, family: 6 },
    ...scheduled('wlc', 1, 360),
    destinations: [server('2001:db8:1::1', 0, 3, 6)],
  },
];

function scheduled(
  scheduler: string,
  flags: number,
  persistenceTimeoutS: number,
): Pick<TableService, 'scheduler' | 'flags' | 'persistenceTimeoutS'> {
  return { scheduler, flags, persistenceTimeoutS };
}

export function server(
  address: string,
  port: number,
  forwarding: number,
  weight: number,
  more: Partial<Destination> = {},
): Destination {
  return {
    address,
    port,
    forwarding,
    weight,
    upperThreshold: 0,
    lowerThreshold: 0,
    tunnel: { type: 0, port: 0, flags: 0 },
    activeConnections: 0,
    inactiveConnections: 0,
    ...more,
  };
}

/** The kernel keeps no order. */
export function sorted(table: readonly TableService[]): readonly TableService[] {
  return table
    .map((service) => ({ ...service, destinations: service.destinations.toSorted(byText) }))
    .toSorted(byText);
}

function byText(one: object, other: object): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}

export function ipvsadm(args: readonly string[], input = ''): string {
  return execFileSync('ipvsadm', args, { input, encoding: 'utf8' });
}

export function clear(): void {
  ipvsadm(['-C']);
}

export function fill(): void {
  ipvsadm(['--restore'], `${lines}\n`);
}

/** All that ipvsadm prints of the table, but for what moves by itself. */
export function saved(): string {
  return ipvsadm(['-Sn']) + ipvsadm(['-Ln', '--thresholds']);
}
