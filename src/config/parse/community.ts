import { bad, good, type Parsed } from './result.ts';

const MAX16 = 65_535;
const MAX32 = 4_294_967_295;
const NUMBER = '(0|[1-9][0-9]{0,9})';

/** ExaBGP matches commands by substring, so well-known communities are never sent by name. */
const wellKnown: Readonly<Record<string, string>> = {
  'graceful-shutdown': '65535:0',
  blackhole: '65535:666',
  'no-export': '65535:65281',
  'no-advertise': '65535:65282',
  'no-export-subconfed': '65535:65283',
  'no-peer': '65535:65284',
};

export const COMMUNITY_PATTERN = `^${NUMBER}:${NUMBER}$`;
export const LARGE_COMMUNITY_PATTERN = `^${NUMBER}:${NUMBER}:${NUMBER}$`;
export const EXTENDED_COMMUNITY_PATTERN = `^(target|origin):${NUMBER}:${NUMBER}$`;

/** `no-export` → `65535:65281`; any other text stays as it is. */
export function communityNumbers(text: string): string {
  const name = text.toLowerCase().replaceAll('_', '-');
  return Object.hasOwn(wellKnown, name) ? (wellKnown[name] ?? text) : text;
}

/** RFC 1997: `65000:100`. */
export function parseCommunity(text: string): Parsed<string> {
  const numbers = communityNumbers(text);
  if (numbers !== text) {
    const name = text.toLowerCase().replaceAll('_', '-');
    return bad(`a community is written in numbers: write "${numbers}" for ${name}`);
  }
  const parts = numbersOf(COMMUNITY_PATTERN, text);
  return parts !== null && parts.every((part) => part <= MAX16)
    ? good(text)
    : bad('expected a community such as "65000:100", both numbers from 0 to 65535');
}

/** RFC 8092: `65000:1:2`. */
export function parseLargeCommunity(text: string): Parsed<string> {
  const parts = numbersOf(LARGE_COMMUNITY_PATTERN, text);
  return parts !== null && parts.every((part) => part <= MAX32)
    ? good(text)
    : bad('expected a large community such as "65000:1:2", all numbers from 0 to 4294967295');
}

/** RFC 4360 and 5668: an AS number of 2 bytes leaves 4 for the value, one of 4 bytes leaves 2. */
export function parseExtendedCommunity(text: string): Parsed<string> {
  const [as = Infinity, value = Infinity] = numbersOf(EXTENDED_COMMUNITY_PATTERN, text) ?? [];
  const fits = (as <= MAX16 && value <= MAX32) || (as <= MAX32 && value <= MAX16);
  return fits
    ? good(text)
    : bad('expected an extended community such as "target:65000:100" or "origin:65000:100"');
}

function numbersOf(pattern: string, text: string): readonly number[] | null {
  const match = new RegExp(pattern).exec(text);
  return match === null
    ? null
    : match
        .slice(1)
        .filter((part) => /^[0-9]/.test(part))
        .map(Number);
}
