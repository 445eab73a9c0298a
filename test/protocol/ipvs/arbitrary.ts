import * as fc from 'fast-check';
import { addressText } from '../../../src/protocol/ipvs/address.ts';
import type { Destination, ServiceIdentity } from '../../../src/protocol/ipvs/table.ts';

/** As our own objects are, which deepEqual compares, too. */
const plain = { noNullPrototype: true };
const port = fc.nat(65_535);
const zeroes = fc.array(fc.constantFrom(0, 0, 1, 255), { minLength: 16, maxLength: 16 });

/** Canonical addresses; IPv6 ones often with runs of zeroes. */
export const address = fc
  .tuple(
    fc.constantFrom<4 | 6>(4, 6),
    fc.oneof(zeroes, fc.array(fc.nat(255), { minLength: 16, maxLength: 16 })),
  )
  .map(([family, bytes]) => addressText(Uint8Array.from(bytes), family) ?? '');

export const identity: fc.Arbitrary<ServiceIdentity> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('address' as const),
      protocol: fc.constantFrom('tcp', 'udp', 'sctp'),
      address,
      port,
    },
    plain,
  ),
  fc.record(
    {
      kind: fc.constant('fwmark' as const),
      mark: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      family: fc.constantFrom(4, 6),
    },
    plain,
  ),
);

const tunnel = fc.oneof(
  fc.constant({ type: 0, port: 0, flags: 0 }),
  fc.record(
    { type: fc.constant(1), port: fc.integer({ min: 1, max: 65_535 }), flags: fc.nat(2) },
    plain,
  ),
  fc.record({ type: fc.constant(2), port: fc.constant(0), flags: fc.nat(1) }, plain),
);

/** What both ways can say. */
export const destination: fc.Arbitrary<Destination> = fc
  .record(
    {
      address,
      port,
      forwarding: fc.constantFrom(0, 2, 3),
      weight: fc.nat(2 ** 31 - 1),
      upperThreshold: fc.nat(2 ** 31 - 1),
      lowerThreshold: fc.nat(2 ** 31 - 1),
      tunnel,
    },
    plain,
  )
  .map((drawn): Destination => ({
    address: drawn.address,
    port: drawn.port,
    forwarding: drawn.forwarding,
    weight: drawn.weight,
    upperThreshold: drawn.upperThreshold,
    lowerThreshold: drawn.lowerThreshold,
    tunnel: drawn.forwarding === 2 ? drawn.tunnel : { type: 0, port: 0, flags: 0 },
    activeConnections: 0,
    inactiveConnections: 0,
  }));
