import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProblem } from '../../src/config/problems.ts';
import { accepted } from './read.ts';

/** What is said of a service with this quorum and these weights; `null`: of the IPVS table. */
function warningOf(quorum: string, weights: readonly (number | null)[], more = ''): string {
  const servers = weights.map((weight, index) => {
    const address = `10.0.1.${index + 1}:443`;
    return weight === null ? `"${address}"` : `{ address: "${address}", weight: ${weight} }`;
  });
  const text = `services:
  web:
    virtual: 192.0.2.10:443/tcp
    check: { type: tcp }
    quorum: ${quorum}
    real_servers: [${servers.join(', ')}]
${more}`;
  return accepted(text).warnings.map(formatProblem).join('\n');
}

const ipvs = 'outputs: { ipvs: {} }';

test('a quorum that one server meets by its weight is warned of, with what to write', () => {
  assert.match(
    warningOf('2', [100, 100, 100]),
    /services\.web\.quorum: quorum 2 counts weight, not servers: one server of weight 100 meets it alone; for 2 of 3 equal servers write 66%$/,
  );
  assert.match(
    warningOf('2', [null, null], ipvs),
    /one server with a weight of 2 or more in the IPVS table meets it alone; .* write 100%$/,
  );
  assert.match(warningOf('2', [1, 5]), /one server of weight 5 meets it alone/);
});

test('a quorum that counts weight, or weights of 1, is not', () => {
  for (const said of [
    warningOf('200', [100, 100, 100]),
    warningOf('66%', [100, 100, 100]),
    warningOf('1', [100, 100]),
    warningOf('2', [1, 1, 1]),
    warningOf('2', [null, null, null]),
    warningOf('2', [1, 1, 1], ipvs),
  ]) {
    assert.equal(said, '');
  }
});
