import * as z from 'zod';
import { mapping, oneOf, wordList } from './basics.ts';
import { commonKeys, typeKeys } from './check-keys.ts';
import { optional, requiredKey } from './keys.ts';

export type CheckType = keyof typeof typeKeys;
const checkTypes = [
  'tcp',
  'udp',
  'http',
  'https',
  'dns',
  'exec',
  'agent',
  'grpc',
  'plugin',
] as const;

/** Whether a check of this type may have this key. */
export function checkHasKey(type: CheckType, key: string): boolean {
  return key === 'type' || Object.hasOwn(commonKeys, key) || Object.hasOwn(typeKeys[type], key);
}

/** `it belongs to checks of type http or https`, where some other type has the key. */
export function keyOfOtherCheck(key: string): string | undefined {
  const types = checkTypes.filter((type) => Object.hasOwn(typeKeys[type], key));
  return types.length === 0 ? undefined : `it belongs to checks of type ${wordList(types)}`;
}

function typeOf<Type extends CheckType>(type: Type): z.ZodLiteral<Type> {
  return requiredKey(z.literal(type), {
    description: 'How the real servers are probed.',
    examples: [type],
  });
}

export const checkSchema = z.discriminatedUnion(
  'type',
  [
    mapping({ type: typeOf('tcp'), ...commonKeys, ...typeKeys.tcp }, keyOfOtherCheck),
    mapping({ type: typeOf('udp'), ...commonKeys, ...typeKeys.udp }, keyOfOtherCheck),
    mapping({ type: typeOf('http'), ...commonKeys, ...typeKeys.http }, keyOfOtherCheck),
    mapping({ type: typeOf('https'), ...commonKeys, ...typeKeys.https }, keyOfOtherCheck),
    mapping({ type: typeOf('dns'), ...commonKeys, ...typeKeys.dns }, keyOfOtherCheck),
    mapping({ type: typeOf('exec'), ...commonKeys, ...typeKeys.exec }, keyOfOtherCheck),
    mapping({ type: typeOf('agent'), ...commonKeys, ...typeKeys.agent }, keyOfOtherCheck),
    mapping({ type: typeOf('grpc'), ...commonKeys, ...typeKeys.grpc }, keyOfOtherCheck),
    mapping({ type: typeOf('plugin'), ...commonKeys, ...typeKeys.plugin }, keyOfOtherCheck),
  ],
  { error: 'expected a mapping such as { type: tcp }' },
);

export const checkDefaults = mapping(commonKeys, keyOfOtherCheck);

/** The `check` of one real server: whichever keys differ from the service's. */
export const checkOverride = mapping({
  type: optional(oneOf(checkTypes), {
    description: 'Another type than the service’s check has.',
    unset: 'the type of the service’s check',
    examples: ['http'],
  }),
  ...commonKeys,
  ...typeKeys.tcp,
  ...typeKeys.udp,
  ...typeKeys.http,
  ...typeKeys.dns,
  ...typeKeys.exec,
  ...typeKeys.grpc,
  ...typeKeys.plugin,
});

export type CheckFile = z.infer<typeof checkSchema>;
export type CheckDefaultsFile = z.infer<typeof checkDefaults>;
export type CheckOverrideFile = z.infer<typeof checkOverride>;
