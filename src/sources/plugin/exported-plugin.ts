import type { OptionsSchema, Plugin } from '../../plugin.ts';
import { printable, REASON_MAX_CHARS } from '../../protocol/printable.ts';
import { ISSUES_MAX } from './limits.ts';
import type { OptionProblem } from './messages.ts';

/** The plugin that a module exports; as text: what is wrong with it. A module may export anything. */
export function exportedPlugin(module: unknown): Plugin | string {
  const exported = exportOf(module);
  if (exported === undefined) {
    return 'the plugin has no default export: write export default definePlugin({ … })';
  }
  if (typeof exported !== 'object' || exported === null) {
    return `the plugin exports ${exported === null ? 'null' : typeof exported} instead of a plugin: write export default definePlugin({ … })`;
  }
  const name: unknown = Reflect.get(exported, 'name');
  const options: unknown = Reflect.get(exported, 'options');
  if (typeof name !== 'string' || name === '') return 'the plugin has no name';
  if (!isPlugin(exported)) return 'the plugin has no function observe(options, context)';
  if (options !== undefined && !isSchema(options)) {
    return 'the plugin has options without safeParse: give it a zod schema';
  }
  return exported;
}

/** The options as the plugin's own schema makes them, or every problem with them. */
export function optionsOf(
  plugin: Plugin,
  given: unknown,
): { readonly value: unknown } | { readonly problems: readonly OptionProblem[] } {
  if (plugin.options === undefined) {
    if (given === undefined) return { value: undefined };
    return { problems: [{ path: [], message: `the plugin "${plugin.name}" takes no options` }] };
  }
  // Left out is as good as empty: defaults of the schema fill it.
  const parsed = plugin.options.safeParse(given ?? {});
  if (parsed.success) return { value: parsed.data };
  return {
    problems: parsed.error.issues.slice(0, ISSUES_MAX).map(({ path, message }) => ({
      path: path.map((part) => (typeof part === 'number' ? part : String(part))),
      message: printable(message, REASON_MAX_CHARS),
    })),
  };
}

/** `options.freeMinPct: expected a number`. */
export function problemText({ path, message }: OptionProblem): string {
  return `${['options', ...path].join('.')}: ${message}`;
}

/** Of `export default`, of `module.exports =`, and of the one wrapped in the other. */
function exportOf(module: unknown): unknown {
  if (typeof module !== 'object' || module === null) return module;
  if (isPlugin(module)) return module;
  const inner: unknown = Reflect.get(module, 'default');
  if (typeof inner !== 'object' || inner === null || isPlugin(inner)) return inner;
  return Reflect.has(inner, 'default') ? Reflect.get(inner, 'default') : inner;
}

function isPlugin(value: object): value is Plugin {
  return typeof Reflect.get(value, 'observe') === 'function';
}

function isSchema(value: unknown): value is OptionsSchema<unknown> {
  const isHolder = typeof value === 'object' || typeof value === 'function';
  return isHolder && value !== null && typeof Reflect.get(value, 'safeParse') === 'function';
}
