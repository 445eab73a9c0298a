import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { runChild, type RunResult } from '../../src/platform/child-run.ts';
import { findUser } from '../../src/platform/child-user.ts';

function files(t: TestContext, passwd: string, group: string) {
  const dir = mkdtempSync(join(tmpdir(), 'routevane-user-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const paths = { passwd: join(dir, 'passwd'), group: join(dir, 'group') };
  writeFileSync(paths.passwd, passwd);
  writeFileSync(paths.group, group);
  return paths;
}

async function runAs(user: string, command: readonly string[]): Promise<RunResult> {
  return new Promise((resolve) => runChild({ command, user }, resolve));
}

test('a user is found with all of its groups, and another is not', (t) => {
  const paths = files(
    t,
    'root:x:0:0:root:/root:/bin/sh\nmon:x:105:110:,,,:/var/lib/mon:/bin/false\nbroken:x\n',
    'root:x:0:\nadm:x:4:syslog,mon\nmon:x:110:mon\nproxy:x:13:mon\nother:x:14:monitor\n',
  );
  assert.deepEqual(findUser('mon', paths), {
    name: 'mon',
    uid: 105,
    gid: 110,
    groups: [4, 13],
    home: '/var/lib/mon',
  });
  assert.equal(findUser('nobody-here', paths), null);
  assert.equal(findUser('broken', paths), null);
});

test('a child of root runs as the user, in its groups and no others', async () => {
  // Root is needed, as for the daemon's own work.
  const result = await runAs('nobody', ['/usr/bin/id']);
  assert.ok(result.kind === 'exited', JSON.stringify(result));
  assert.match(
    result.stdout,
    /^uid=65534\(nobody\) gid=65534\(nogroup\) groups=65534\(nogroup\)\n$/,
  );
});

test('a user that is not on this node is a reason, not an error', async () => {
  assert.deepEqual(await runAs('nobody-here', ['/bin/true']), {
    kind: 'failed',
    reason: 'user nobody-here is not on this node',
  });
});
