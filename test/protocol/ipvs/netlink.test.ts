import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  joined,
  nestedAttribute,
  parseReplies,
  u16Attribute,
  u32Attribute,
} from '../../../src/protocol/genetlink.ts';
import { parseDestination, parseInfo, parseService } from '../../../src/protocol/ipvs/replies.ts';
import { changeRequest } from '../../../src/protocol/ipvs/requests.ts';
import type { TableChange } from '../../../src/protocol/ipvs/table.ts';
import { services, server, sorted } from '../../e2e/ipvs-table-sample.ts';
import { destination, identity } from './arbitrary.ts';
import { conversation } from './golden.ts';

const web = { kind: 'address', protocol: 'tcp', address: '192.0.2.10', port: 443 } as const;

function attributesIn(datagrams: readonly Uint8Array[]): Uint8Array[] {
  return datagrams
    .flatMap((datagram) => [...parseReplies(datagram)])
    .flatMap((reply) => (reply.kind === 'data' ? [reply.attributes] : []));
}

test('golden: every kind of service', () => {
  const { answered } = conversation('the whole table');
  const found = attributesIn(answered.slice(0, 1)).map((attributes) => parseService(attributes));
  const wanted = services.map((service) => ({ ...service, destinations: [] }));
  assert.deepEqual(
    sorted(
      found.map((service) => (service === null || service === 'other' ? assert.fail() : service)),
    ),
    sorted(wanted),
  );
});

function texts(list: readonly unknown[]): string[] {
  return list.map((each) => JSON.stringify(each)).toSorted();
}

test('golden: every kind of real server', () => {
  const { answered } = conversation('the whole table');
  const found = attributesIn(answered.slice(1)).map((attributes) =>
    parseDestination(attributes, 4),
  );
  const wanted = services.flatMap(({ destinations }) => destinations);
  assert.deepEqual(texts(found), texts(wanted));
});

test('golden: the size of the table of connections', () => {
  const [, info = new Uint8Array()] = attributesIn(conversation('the size').answered);
  assert.deepEqual(parseInfo(info), { version: '1.2.1', connTabSize: 4096 });
});

test('what is written of a change reads back as the same service and server', () => {
  fc.assert(
    fc.property(identity, destination, (service, wanted) => {
      const encoded = changeRequest(28, { kind: 'set', service, destination: wanted });
      assert.ok(encoded.ok);
      const { attributes } = encoded.request;
      const read = parseService(attributes);
      assert.ok(read !== null && read !== 'other');
      assert.deepEqual(read.identity, service);
      assert.deepEqual(parseDestination(attributes, 4), wanted);
    }),
  );
});

test('attributes that we do not know are passed over', () => {
  const { answered } = conversation('the whole table');
  const [attributes = new Uint8Array()] = attributesIn(answered.slice(1));
  const before = parseDestination(attributes, 6);
  const unknown = joined([
    u32Attribute(99, 1),
    attributes,
    nestedAttribute(77, [u16Attribute(1, 1)]),
  ]);
  assert.notEqual(before, null);
  assert.deepEqual(parseDestination(unknown, 6), before);
});

test('a service of a protocol to come is none of ours; a cut one is damaged', () => {
  const { answered } = conversation('the whole table');
  const [attributes = new Uint8Array()] = attributesIn(answered.slice(0, 1));
  const later = nestedAttribute(1, [u16Attribute(1, 2), u16Attribute(2, 99)]);
  assert.equal(parseService(later), 'other');
  assert.equal(parseService(attributes.subarray(0, 40)), null);
  assert.equal(parseService(new Uint8Array()), null);
});

test('any cut of a real server is damaged or lacks nothing that it needs, and never throws', () => {
  const { answered } = conversation('the whole table');
  const all = attributesIn(answered.slice(1));
  fc.assert(
    fc.property(fc.nat(all.length - 1), fc.nat(400), fc.nat(255), (which, at, byte) => {
      const bytes = Uint8Array.from(all[which] ?? []);
      parseDestination(bytes.subarray(0, at), 4);
      bytes[at % bytes.length] = byte;
      parseDestination(bytes, 4);
      parseService(bytes);
      parseInfo(bytes);
    }),
  );
});

test('what IPVS cannot hold is refused before it is sent', () => {
  const good = server('10.0.1.11', 443, 0, 1);
  const change = (more: object, service: TableChange['service'] = web): TableChange => ({
    kind: 'add',
    service,
    destination: { ...good, ...more },
  });
  const bad: readonly TableChange[] = [
    change({ address: '10.0.1.256' }),
    change({ address: 'localhost' }),
    change({ address: 'fe80::1%eth0' }),
    change({ port: 65_536 }),
    change({ weight: -1 }),
    change({ weight: 1.5 }),
    change({ weight: 2 ** 31 }),
    change({ upperThreshold: 2 ** 32 }),
    change({ forwarding: 8 }),
    change({ tunnel: { type: 256, port: 0, flags: 0 } }),
    change({}, { ...web, address: '' }),
    change({}, { kind: 'fwmark', mark: 0, family: 4 }),
  ];
  assert.equal(changeRequest(28, change({})).ok, true);
  for (const each of bad) assert.equal(changeRequest(28, each).ok, false, JSON.stringify(each));
});
