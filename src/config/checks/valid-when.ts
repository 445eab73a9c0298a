import type { Loose } from '../loose.ts';
import type { Report } from '../problems.ts';
import type { ConfigFile } from '../schema.ts';
import { namesIn } from './rules.ts';

const SHOWN_MAX = 10;

/** A service that is judged by itself, over however many others, would never be judged. */
export function checkValidWhenCycles(file: Loose<ConfigFile>, report: Report): void {
  const services = file.services ?? {};
  const needs = new Map<string, readonly string[]>();
  for (const [name, service] of Object.entries(services)) {
    needs.set(name, servicesIn(service?.valid_when, services));
  }
  for (const cycle of cyclesIn(needs)) {
    const [first = ''] = cycle;
    const shown = cycle.length > SHOWN_MAX ? [...cycle.slice(0, SHOWN_MAX), '…'] : cycle;
    const chain = [...shown, first].join(' -> ');
    report(['services', first, 'valid_when'], `the service depends on itself: ${chain}`);
  }
}

/** A real server is judged with its service, so naming one depends on the other. */
function servicesIn(rule: Parameters<typeof namesIn>[0], services: object): string[] {
  const names = [...namesIn(rule)].map((name) => name.split('/')[0] ?? name);
  return [...new Set(names)].filter((name) => Object.hasOwn(services, name));
}

/** One cycle for each knot, found without recursion: a chain may have 20,000 links. */
function cyclesIn(needs: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = [];
  const finished = new Set<string>();
  for (const start of needs.keys()) {
    const path: { readonly name: string; next: number }[] = [];
    const onPath = new Set<string>();
    const enter = (name: string): void => {
      path.push({ name, next: 0 });
      onPath.add(name);
    };
    if (!finished.has(start)) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = needs.get(top.name)?.[top.next];
      top.next += 1;
      if (next === undefined) {
        path.pop();
        onPath.delete(top.name);
        finished.add(top.name);
      } else if (onPath.has(next)) {
        const names = path.map((step) => step.name);
        cycles.push(names.slice(names.indexOf(next)));
      } else if (!finished.has(next)) {
        enter(next);
      }
    }
  }
  return cycles;
}
