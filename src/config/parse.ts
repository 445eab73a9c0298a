/** What texts in a configuration mean: one file each, one door for the other folders. */
export { addressExpected, isLoopback, parseAddress } from './parse/address.ts';
export {
  communityPattern,
  extendedCommunityPattern,
  largeCommunityPattern,
  parseCommunity,
  parseExtendedCommunity,
  parseLargeCommunity,
} from './parse/community.ts';
export {
  durationExpected,
  durationPattern,
  durationText,
  parseDuration,
} from './parse/duration.ts';
export { endpointExpected, endpointText, parseEndpoint, parseListen } from './parse/endpoint.ts';
export { nameExpected, namePattern, parseName } from './parse/name.ts';
export { parseExpect, parsePayload } from './parse/payload.ts';
export { parseRegex } from './parse/regex.ts';
export {
  parsePercent,
  parsePositivePercent,
  percentExpected,
  percentPattern,
} from './parse/percent.ts';
export { parsePrefix, prefixExpected } from './parse/prefix.ts';
export { parseReference, referenceExpected, serverKey } from './parse/reference.ts';
export { bad, good, known, type Parsed } from './parse/result.ts';
export { parseVirtual, virtualExpected } from './parse/virtual.ts';
