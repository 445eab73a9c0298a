import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Fault, parseRemote } from '../../src/ovsdb-client/index.ts';

describe('remotes as OVS writes them', () => {
  for (const [text, remote] of [
    ['unix:/run/db.sock', { kind: 'unix', path: '/run/db.sock' }],
    ['unix:a:b', { kind: 'unix', path: 'a:b' }],
    ['tcp:1.2.3.4:6641', { kind: 'tcp', host: '1.2.3.4', port: 6641 }],
    ['tcp:1.2.3.4', { kind: 'tcp', host: '1.2.3.4', port: 6640 }],
    ['tcp:[::1]:6640', { kind: 'tcp', host: '::1', port: 6640 }],
    ['tcp:[fe80::1%eth0]', { kind: 'tcp', host: 'fe80::1%eth0', port: 6640 }],
    ['ssl:ovs-1.example.net:6640', { kind: 'ssl', host: 'ovs-1.example.net', port: 6640 }],
  ] as const) {
    test(text, () => assert.deepEqual(parseRemote(text), remote));
  }

  for (const [text, reason] of [
    ['', 'not a remote: "" (unix:PATH, tcp:HOST:PORT or ssl:HOST:PORT)'],
    ['/run/db.sock', 'not a remote: "/run/db.sock" (unix:PATH, tcp:HOST:PORT or ssl:HOST:PORT)'],
    ['punix:/x', 'not a remote: "punix:/x" (unix:PATH, tcp:HOST:PORT or ssl:HOST:PORT)'],
    ['unix:', 'not a remote: "unix:" names no path'],
    ['unix:/a\0b', 'not a remote: the path holds a zero byte'],
    [`unix:/${'x'.repeat(107)}`, 'not a remote: the path is longer than 107 bytes'],
    ['tcp:', 'not a remote: "tcp:" names no host'],
    ['tcp::6640', 'not a remote: "tcp::6640" names no host'],
    ['tcp:a b', 'not a remote: "tcp:a b" names no host'],
    ['tcp:::1', 'not a remote: "tcp:::1" names no host (an IPv6 address stands in brackets)'],
    ['tcp:[1.2.3.4]', 'not a remote: "tcp:[1.2.3.4]" names no host'],
    ['tcp:[::1]6640', 'not a remote: "tcp:[::1]6640" names no host'],
    ['tcp:h:0', 'not a remote: "0" is no port (1 to 65535)'],
    ['tcp:h:65536', 'not a remote: "65536" is no port (1 to 65535)'],
    ['ssl:h:x\n', 'not a remote: "x\\x0a" is no port (1 to 65535)'],
  ] as const) {
    test(`${JSON.stringify(text).slice(0, 30)}: ${reason}`, () => {
      const fault = parseRemote(text);
      assert.equal(fault instanceof Fault && fault.reason, reason);
    });
  }
});
