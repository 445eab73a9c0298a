/** How long a large configuration takes to read: 20,000 real servers, 10,000 routes. */
import { readConfig } from '../../src/config/read.ts';

const services = 200;
const serversEach = 100;
const routes = 10_000;
const runs = 5;

function largeFile(): string {
  const lines = ['services:'];
  for (let s = 0; s < services; s += 1) {
    lines.push(`  s${s}:`, '    check: { type: tcp }', '    real_servers:');
    for (let n = 0; n < serversEach; n += 1) {
      const address = `10.${s}.${n}.1:443`;
      lines.push(
        n % 2 === 0 ? `      - ${address}` : `      - { address: ${address}, weight: 10 }`,
      );
    }
  }
  lines.push('routes:');
  for (let r = 0; r < routes; r += 1) {
    lines.push(`  - prefix: 172.16.${r >> 8}.${r & 255}/32`, `    when: [s${r % services}]`);
    lines.push('    med: 100', '    communities: ["65000:100"]');
  }
  return `${lines.join('\n')}\n`;
}

const text = largeFile();
const faulty = text.replaceAll('med: 100', 'med: -1').replaceAll('when: [s', 'when: [t');
for (const [what, file] of [
  ['without a problem', text],
  ['with 20,000 problems', faulty],
] as const) {
  const bytes = new TextEncoder().encode(file);
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    const result = readConfig({ file: 'large.yaml', folder: '/', bytes, hostname: 'lb-a' });
    const took = performance.now() - start;
    if (result.ok !== (what === 'without a problem')) throw new Error('read differently');
    return took;
  }).toSorted((a, b) => a - b);
  const shown = times.map((ms) => `${Math.round(ms)} ms`).join(', ');
  console.log(`config: ${(bytes.length / 1e6).toFixed(1)} MB ${what}: ${shown}`);
}
