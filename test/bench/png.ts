/** Makes a screenshot a fraction of its size: a palette of the colours that it has most of. */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const signature = Buffer.from('89504e470d0a1a0a', 'hex');
const paletteMax = 256;
/** Kinds of pixels that Chromium writes (PNG specification, 11.2.2): bytes of each. */
const pixelBytes: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

export function shrink(png: Buffer): Buffer {
  const { width, height, bytes, pixels } = decode(png);
  const counts = new Map<number, number>();
  const colours = new Uint32Array(width * height);
  for (let at = 0; at < colours.length; at += 1) {
    const colour = pixels.readUIntBE(at * bytes, 3);
    colours[at] = colour;
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const palette = [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, paletteMax)
    .map(([colour]) => colour);
  const places = new Map([...counts.keys()].map((colour) => [colour, nearest(colour, palette)]));
  const rows = Buffer.alloc((width + 1) * height);
  for (const [at, colour] of colours.entries()) {
    rows[Math.floor(at / width) * (width + 1) + 1 + (at % width)] = places.get(colour) ?? 0;
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const table = Buffer.alloc(palette.length * 3);
  for (const [at, colour] of palette.entries()) table.writeUIntBE(colour, at * 3, 3);
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('PLTE', table),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function nearest(colour: number, palette: readonly number[]): number {
  let best = 0;
  let bestDistance = Infinity;
  for (const [at, other] of palette.entries()) {
    let distance = 0;
    for (const shift of [16, 8, 0]) {
      distance += (((colour >> shift) & 255) - ((other >> shift) & 255)) ** 2;
    }
    if (distance >= bestDistance) continue;
    best = at;
    bestDistance = distance;
  }
  return best;
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly pixels: Buffer;
}

function decode(png: Buffer): Picture {
  const data: Buffer[] = [];
  for (let at = signature.length; at < png.length;) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') {
      data.push(png.subarray(at + 8, at + 8 + length));
    }
    at += 12 + length;
  }
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const bytes = pixelBytes[png[25] ?? 0];
  if (bytes === undefined) throw new Error('expected a PNG of RGB or RGBA, as Chromium writes it');
  const raw = inflateSync(Buffer.concat(data));
  const stride = width * bytes;
  const pixels = Buffer.alloc(stride * height);
  for (let row = 0; row < height; row += 1) {
    const filter = raw[row * (stride + 1)] ?? 0;
    for (let at = 0; at < stride; at += 1) {
      const left = at < bytes ? 0 : (pixels[row * stride + at - bytes] ?? 0);
      const above = row === 0 ? 0 : (pixels[(row - 1) * stride + at] ?? 0);
      const corner = row === 0 || at < bytes ? 0 : (pixels[(row - 1) * stride + at - bytes] ?? 0);
      const value = raw[row * (stride + 1) + 1 + at] ?? 0;
      pixels[row * stride + at] = value + predict(filter, left, above, corner);
    }
  }
  return { width, height, bytes, pixels };
}

/** PNG specification, 9.2. */
function predict(filter: number, left: number, above: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  if (filter !== 4) return 0;
  const guess = left + above - corner;
  const [toLeft, toAbove, toCorner] = [left, above, corner].map((each) => Math.abs(guess - each));
  if ((toLeft ?? 0) <= (toAbove ?? 0) && (toLeft ?? 0) <= (toCorner ?? 0)) return left;
  return (toAbove ?? 0) <= (toCorner ?? 0) ? above : corner;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), body.length + 4);
  return frame;
}
