import { parseAddress, type Address } from './address.ts';
import { bad, good, type Parsed } from './result.ts';

/** An address with or without a port. */
export interface Endpoint {
  readonly address: Address;
  readonly port: number | null;
}

export const ENDPOINT_EXPECTED =
  'expected ADDRESS:PORT such as 10.0.1.11:443 or [2001:db8::11]:443';

/**
 * `10.0.1.11:443`, `[2001:db8::11]:443`, or either without its port. IPv6 needs its
 * brackets: `2001:db8::1:443` would be an address without a port.
 */
export function parseEndpoint(text: string): Parsed<Endpoint> {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/s.exec(text);
  const plain = /^([^:[\]]*)(?::([^:]*))?$/s.exec(text);
  const match = bracketed ?? plain;
  if (match === null) {
    return parseAddress(text).ok
      ? bad(`an IPv6 address needs brackets here: write [2001:db8::11]:443`)
      : bad(ENDPOINT_EXPECTED);
  }
  const address = parseAddress(match[1] ?? '');
  if (!address.ok) return address.message.startsWith('expected') ? bad(ENDPOINT_EXPECTED) : address;
  if ((bracketed === null) !== (address.value.family === 4)) return bad(ENDPOINT_EXPECTED);
  if (match[2] === undefined) return good({ address: address.value, port: null });
  const port = parsePort(match[2]);
  return port.ok ? good({ address: address.value, port: port.value }) : port;
}

/** As `parseEndpoint`, where the port may not be left out. */
export function parseListen(text: string): Parsed<Endpoint> {
  const endpoint = parseEndpoint(text);
  return endpoint.ok && endpoint.value.port === null ? bad(ENDPOINT_EXPECTED) : endpoint;
}

function parsePort(text: string): Parsed<number> {
  const port = Number(text);
  return /^[1-9][0-9]{0,4}$/.test(text) && port <= 65_535
    ? good(port)
    : bad('expected a port from 1 to 65535');
}

/** `10.0.1.11:443`, `[2001:db8::11]:443`. */
export function endpointText(address: Address, port: number): string {
  return address.family === 4 ? `${address.text}:${port}` : `[${address.text}]:${port}`;
}
