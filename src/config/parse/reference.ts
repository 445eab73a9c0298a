import { endpointText, parseListen } from './endpoint.ts';
import { NAME_EXPECTED, parseName } from './name.ts';
import { bad, good, type Parsed } from './result.ts';

export const REFERENCE_EXPECTED =
  'expected the name of a signal or service, or a real server such as web/10.0.1.11:443';

/** What a rule may name: a signal or a service, or one real server's check. Canonical. */
export function parseReference(text: string): Parsed<string> {
  const slash = text.indexOf('/');
  if (slash < 0) return parseName(text).ok ? good(text) : bad(NAME_EXPECTED);
  const service = parseName(text.slice(0, slash));
  const server = parseListen(text.slice(slash + 1));
  if (!service.ok || !server.ok || server.value.port === null) return bad(REFERENCE_EXPECTED);
  return good(serverKey(service.value, endpointText(server.value.address, server.value.port)));
}

/** The name of a real server's check among the signals. */
export function serverKey(service: string, endpoint: string): string {
  return `${service}/${endpoint}`;
}
