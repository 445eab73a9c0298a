/** What texts in a configuration mean: one file each, one door for the other folders. */
export { ADDRESS_EXPECTED as addressExpected, isLoopback, parseAddress } from './parse/address.ts';
export {
  COMMUNITY_PATTERN as communityPattern,
  EXTENDED_COMMUNITY_PATTERN as extendedCommunityPattern,
  LARGE_COMMUNITY_PATTERN as largeCommunityPattern,
  parseCommunity,
  parseExtendedCommunity,
  parseLargeCommunity,
} from './parse/community.ts';
export {
  DURATION_EXPECTED as durationExpected,
  durationPattern,
  durationText,
  parseDuration,
} from './parse/duration.ts';
export {
  ENDPOINT_EXPECTED as endpointExpected,
  endpointText,
  parseEndpoint,
  parseListen,
} from './parse/endpoint.ts';
export {
  NAME_EXPECTED as nameExpected,
  NAME_PATTERN as namePattern,
  parseName,
} from './parse/name.ts';
export { parseExpect, parsePayload } from './parse/payload.ts';
export { parseRegex } from './parse/regex.ts';
export {
  parsePercent,
  parsePositivePercent,
  PERCENT_EXPECTED as percentExpected,
  percentPattern,
} from './parse/percent.ts';
export { parsePrefix, PREFIX_EXPECTED as prefixExpected } from './parse/prefix.ts';
export {
  parseReference,
  REFERENCE_EXPECTED as referenceExpected,
  serverKey,
} from './parse/reference.ts';
export { bad, good, known, type Parsed } from './parse/result.ts';
export { parseVirtual, VIRTUAL_EXPECTED as virtualExpected } from './parse/virtual.ts';
