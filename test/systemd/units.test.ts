import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { descriptorNeed, neededDescriptors } from '../../src/model/descriptors.ts';
import { configOf, realServer, tcpCheck } from '../sources/probes/fixtures.ts';

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
    test(`${unit} may open what 20,000 servers with sentinels need`, () => {
      const [, limit = '0'] = /^LimitNOFILE=(\d+)$/m.exec(linesOf(unit).join('\n')) ?? [];
      const realServers = Array.from({ length: 20_000 }, (_, index) =>
        realServer('web', { port: index, check: tcpCheck({ mode: 'hold' }) }),
      );
      const admin = {
        socket: '/a',
        group: null,
        listen: { host: '::1', port: 1 },
        tokenFile: null,
      };
      const agent = { host: '::1', port: 2 };
      const need = descriptorNeed({ ...configOf({ web: realServers }), admin, agent });
      assert.ok(neededDescriptors(need) <= Number(limit), `${neededDescriptors(need)} > ${limit}`);
    });

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
