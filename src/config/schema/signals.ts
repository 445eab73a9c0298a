import * as z from 'zod';
import { bad, good, type Parsed } from '../parse.ts';
import { duration, listOf, mapping, oneOf, path, pluginOptions, text, textUpTo } from './basics.ts';
import { settleKeys } from './settle.ts';

const INTERFACE_EXPECTED = 'expected the name of a network interface such as eth0';

/** As the kernel has it, at most 15 bytes, no white space, slash or colon; a leading dot is a temporary file's. */
function parseInterface(value: string): Parsed<string> {
  const isName = /^[\x21-\x7e]{1,15}$/.test(value) && !/[/:]/.test(value);
  return isName && !value.startsWith('.') ? good(value) : bad(INTERFACE_EXPECTED);
}
const networkInterface = textUpTo(INTERFACE_EXPECTED, parseInterface, {
  description: 'A network interface.',
});

const paceKeys = {
  fast_interval: duration(
    50,
    'The interval while unsettled; default a fifth of the interval, at least 50ms.',
  ).optional(),
};
const programKeys = {
  ...paceKeys,
  interval: duration(100, 'Between two results.').optional(),
  timeout: duration(1, 'How long one result may take.').optional(),
  stale_after: duration(100, 'Silent for longer than this is lost.').optional(),
  user: text('a user name').optional(),
  ...settleKeys,
};
const command = listOf(text('an argument'), 'arguments, the program first');

export const signal = z.discriminatedUnion(
  'type',
  [
    mapping({ type: z.literal('link'), interface: networkInterface, ...paceKeys, ...settleKeys }),
    mapping({ type: z.literal('bfd'), interface: networkInterface, ...paceKeys, ...settleKeys }),
    mapping({ type: z.literal('exec'), command, ...programKeys }),
    mapping({
      type: z.literal('execd'),
      command,
      trigger: oneOf(['poll', 'self']).optional(),
      ...programKeys,
    }),
    mapping({
      type: z.literal('plugin'),
      module: path,
      options: pluginOptions.optional(),
      isolate: oneOf(['worker', 'none']).optional(),
      ...programKeys,
    }),
  ],
  { error: 'expected a mapping such as { type: link, interface: eth0 }' },
);

export type SignalFile = z.infer<typeof signal>;
