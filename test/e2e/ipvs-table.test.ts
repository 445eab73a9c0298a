import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { ipvsKernel } from './uml/kernel.ts';

const kernel = await ipvsKernel({ after });
const inside = await kernel.node('test/e2e/ipvs-table-child.ts');
const property = await kernel.node('test/e2e/ipvs-table-steps-child.ts');
const permission = await kernel.node('test/e2e/ipvs-table-denied-child.ts');
/** SEED=… repeats the steps of a run that failed. */
const env = process.env['SEED'] === undefined ? {} : { SEED: process.env['SEED'] };
const MAY_UNLOAD = kernel.via === 'user-mode-linux' ? 'yes' : 'no';

describe('the IPVS table of a real kernel', () => {
  test('both ways leave byte-identical tables after 1,000 random steps', async (t) => {
    const { code, stdout, stderr } = await kernel.run(property, { env });
    assert.equal(code, 0, `${stdout}${stderr}`);
    t.diagnostic(stdout.trim());
  });

  for (const VIA of ['netlink', 'ipvsadm']) {
    test(`through ${VIA}`, async (t) => {
      const { code, stdout, stderr } = await kernel.run(inside, { env: { VIA, MAY_UNLOAD } });
      assert.equal(code, 0, `${stdout}${stderr}`);
      for (const [, name = ''] of stdout.matchAll(/^ok \d+ - (.*)$/gm)) t.diagnostic(name);
    });

    test(`through ${VIA}, without CAP_NET_ADMIN`, async () => {
      const dropped = ['setpriv', '--bounding-set', '-net_admin', '--inh-caps', '-net_admin'];
      const stdout = await kernel.must([...dropped, ...permission], { env: { VIA } });
      assert.match(stdout, /^no_permission .*CAP_NET_ADMIN/);
    });
  }
});
