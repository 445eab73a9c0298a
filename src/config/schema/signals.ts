import * as z from 'zod';
import { bad, good, type Parsed } from '../parse.ts';
import { DEFAULTS } from '../defaults.ts';
import { duration, listOf, mapping, oneOf, path, textUpTo } from './basics.ts';
import { optional, requiredKey } from './keys.ts';
import { argument, FAST_INTERVAL_DEFAULT, pluginKeys, programKeys } from './program.ts';
import { settleKeys } from './settle.ts';

const INTERFACE_EXPECTED = 'expected the name of a network interface such as eth0';

/** As the kernel has it, at most 15 bytes, no white space, slash or colon; a leading dot is a temporary file's. */
function parseInterface(value: string): Parsed<string> {
  const isName = /^[\x21-\x7e]{1,15}$/.test(value) && !/[/:]/.test(value);
  return isName && !value.startsWith('.') ? good(value) : bad(INTERFACE_EXPECTED);
}
const interfaceKey = {
  interface: requiredKey(
    textUpTo(INTERFACE_EXPECTED, parseInterface, { title: 'network interface' }),
    {
      description: 'The interface to watch; with `bfd` the port in Open vSwitch.',
      examples: ['eth0'],
    },
  ),
};

const paceKeys = {
  fast_interval: optional(duration(50), {
    description:
      'The interval while results disagree with the settled health. No effect on `link`, `bfd` and `plugin`: nothing asks them.',
    unset: FAST_INTERVAL_DEFAULT,
    examples: ['6s'],
  }),
};
const commandKey = {
  command: requiredKey(listOf(argument, 'arguments, the program first'), {
    description: 'The program and its arguments. No shell.',
    examples: [['/usr/lib/nagios/plugins/check_load', '-w', '8', '-c', '12']],
  }),
};

function typeOf<const Type extends string>(type: Type): z.ZodLiteral<Type> {
  return requiredKey(z.literal(type), {
    description: 'What observes the signal.',
    examples: [type],
  });
}

export const signal = z.discriminatedUnion(
  'type',
  [
    mapping({ type: typeOf('link'), ...interfaceKey, ...paceKeys, ...settleKeys }),
    mapping({ type: typeOf('bfd'), ...interfaceKey, ...paceKeys, ...settleKeys }),
    mapping({ type: typeOf('exec'), ...commandKey, ...paceKeys, ...programKeys, ...settleKeys }),
    mapping({
      type: typeOf('execd'),
      ...commandKey,
      trigger: optional(oneOf(['poll', 'self']), {
        description:
          '`poll`: routevane asks by an empty line. `self`: the child prints results unasked.',
        default: DEFAULTS.trigger,
        examples: ['self'],
      }),
      ...paceKeys,
      ...programKeys,
      ...settleKeys,
    }),
    mapping({
      type: typeOf('plugin'),
      module: requiredKey(path, {
        description:
          'A file, relative to the configuration file where it begins with `./` or `../`; else the name of a package.',
        examples: ['./plugins/disk-free.ts'],
      }),
      ...pluginKeys,
      ...paceKeys,
      ...programKeys,
      ...settleKeys,
    }),
  ],
  { error: 'expected a mapping such as { type: link, interface: eth0 }' },
);

export type SignalFile = z.infer<typeof signal>;
