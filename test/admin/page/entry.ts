import type { Entry } from '../../../src/admin/page/events.js';

export function entry(parts: Partial<Entry> = {}): Entry {
  return {
    seq: 1,
    atMs: 0,
    subject: 'server',
    name: 'web/10.0.1.11:443',
    explainName: 'web/10.0.1.11:443',
    from: 'up',
    to: 'down',
    because: 'refused',
    ...parts,
  };
}
