import * as z from 'zod';
import { configFile } from './schema/file.ts';

/** The JSON Schema (2020-12) of the configuration file, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(configFile, {
      io: 'input',
      override: ({ jsonSchema }) => describe(jsonSchema),
    }),
    $id: 'urn:routevane:configuration:1',
    title: 'routevane configuration',
    description:
      'One file a node. What refers to what is checked by `routevane check`, not by this schema.',
  };
}

/** JSON Schema has no keyword for a default in words: the description says it. */
function describe(schema: Record<string, unknown>): void {
  const { unset, description } = schema;
  if (typeof unset !== 'string') return;
  delete schema['unset'];
  schema['description'] = `${String(description)} Default: ${unset}.`;
}
