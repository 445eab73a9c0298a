const many = { min: 0, max: 'unlimited' };
const weakThing = { type: 'uuid', refTable: 'Thing', refType: 'weak' };

/** A table with a column of each shape that OVSDB knows. */
export const smallSchema = {
  name: 'Small',
  version: '1.0.0',
  tables: {
    Thing: {
      isRoot: true,
      columns: {
        name: { type: 'string' },
        count: { type: 'integer' },
        ratio: { type: 'real' },
        on: { type: 'boolean' },
        maybe: { type: { key: 'integer', min: 0, max: 1 } },
        peer: { type: { key: weakThing, min: 0, max: 1 } },
        peers: { type: { key: weakThing, ...many } },
        tags: { type: { key: 'string', ...many } },
        numbers: { type: { key: 'integer', ...many } },
        ratios: { type: { key: 'real', min: 0, max: 4 } },
        flags: { type: { key: 'boolean', min: 1, max: 2 } },
        limits: { type: { key: 'string', value: 'integer', ...many } },
        names: { type: { key: 'integer', value: 'string', ...many } },
        one: { type: { key: 'string', value: 'string', min: 0, max: 1 } },
        links: { type: { key: 'string', value: weakThing, ...many } },
      },
    },
  },
} as const;
