import type { Virtual } from '../../model/service.ts';
import { parseListen } from './endpoint.ts';
import { bad, good, type Parsed } from './result.ts';

export const VIRTUAL_EXPECTED =
  'expected ADDRESS:PORT/tcp, /udp or /sctp such as 192.0.2.10:443/tcp, or "fwmark 7"';

const MARK_MAX = 2 ** 32 - 1;

/** The name of an IPVS virtual service. */
export function parseVirtual(text: string): Parsed<Virtual> {
  const mark = /^fwmark ([1-9][0-9]{0,9})$/.exec(text)?.[1];
  if (mark !== undefined && Number(mark) <= MARK_MAX) {
    return good({ kind: 'fwmark', mark: Number(mark) });
  }
  const [endpointPart = '', protocol, ...rest] = text.split('/');
  if (rest.length > 0 || (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'sctp')) {
    return bad(VIRTUAL_EXPECTED);
  }
  const endpoint = parseListen(endpointPart);
  if (!endpoint.ok) {
    return endpoint.message.startsWith('expected ADDRESS') ? bad(VIRTUAL_EXPECTED) : endpoint;
  }
  const { address, port } = endpoint.value;
  if (port === null) return bad(VIRTUAL_EXPECTED);
  return good({ kind: 'address', address: address.text, port, protocol });
}
