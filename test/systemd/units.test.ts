import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../systemd', import.meta.url));
const units = readdirSync(folder).filter((name) => name.endsWith('.service'));

/** What each unit must have: whoever takes over the daemon gets little by it. */
const hardened = [
  'NoNewPrivileges=yes',
  'ProtectSystem=strict',
  'ProtectHome=yes',
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'ProtectKernelTunables=yes',
  'ProtectKernelModules=yes',
  'ProtectControlGroups=yes',
  'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
  'RestrictNamespaces=yes',
  'LockPersonality=yes',
  'SystemCallArchitectures=native',
  'CapabilityBoundingSet=CAP_NET_ADMIN',
  'RestartPreventExitStatus=78',
];

describe('the units that are shipped', () => {
  test('one is for IPVS alone: it needs nothing of ExaBGP', () => {
    const text = linesOf('routevane-ipvs.service').filter((line) => !line.startsWith('#'));
    assert.ok(text.includes('AmbientCapabilities=CAP_NET_ADMIN'));
    assert.doesNotMatch(text.join('\n'), /exabgp/i);
    const [, user = '?'] = /^User=(.*)$/m.exec(text.join('\n')) ?? [];
    const users = readFileSync(join(folder, 'routevane.sysusers.conf'), 'utf8');
    assert.match(users, new RegExp(`^u ${user} `, 'm'));
  });

  for (const unit of units) {
    test(`${unit} is hardened as the others`, () => {
      const lines = new Set(linesOf(unit));
      assert.deepEqual(
        hardened.filter((line) => !lines.has(line)),
        [],
      );
    });
  }
});

function linesOf(unit: string): string[] {
  return readFileSync(join(folder, unit), 'utf8').split('\n');
}
