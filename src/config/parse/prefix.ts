import { addressOf, parseAddress, type Address } from './address.ts';
import { bad, good, type Parsed } from './result.ts';

export interface Prefix {
  readonly address: Address;
  readonly length: number;
  /** Canonical, `192.0.2.0/24`. */
  readonly text: string;
}

export const PREFIX_EXPECTED = 'expected a prefix such as 192.0.2.10/32 or 2001:db8::10/128';

/** Text → prefix. Host bits are refused, with the prefix that was probably meant. */
export function parsePrefix(text: string): Parsed<Prefix> {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (!address.ok) return address.message.startsWith('expected') ? bad(PREFIX_EXPECTED) : address;
  const bits = address.value.family === 4 ? 32 : 128;
  if (slash < 0) return bad(`a prefix needs a length: did you mean ${address.value.text}/${bits}?`);

  const lengthText = text.slice(slash + 1);
  const length = Number(lengthText);
  if (!/^(0|[1-9][0-9]{0,2})$/.test(lengthText) || length > bits) {
    return bad(`expected a prefix length from 0 to ${bits}`);
  }
  const network = networkOf(address.value, length);
  const canonical = `${network.text}/${length}`;
  if (network.text !== address.value.text) {
    return bad(`the prefix has host bits set: did you mean ${canonical}?`);
  }
  return good({ address: network, length, text: canonical });
}

function networkOf(address: Address, length: number): Address {
  const partBits = address.family === 4 ? 8 : 16;
  return addressOf(
    address.parts.map((part, index) => {
      const kept = Math.min(partBits, Math.max(0, length - index * partBits));
      const hostBits = partBits - kept;
      return (part >> hostBits) << hostBits;
    }),
  );
}
