import * as z from 'zod';
import { parseReference, referenceExpected } from '../parse.ts';
import { optional } from './keys.ts';
import { mapping, textUpTo, wholeNumber } from './basics.ts';

export type RuleFile = string | readonly RuleFile[] | RuleMapping;

/** Exactly one of `all`, `any`, `not`, or `at_least` with `of`: the checks see to that. */
interface RuleMapping {
  readonly all?: readonly RuleFile[] | undefined;
  readonly any?: readonly RuleFile[] | undefined;
  readonly not?: RuleFile | undefined;
  readonly at_least?: number | undefined;
  readonly of?: readonly RuleFile[] | undefined;
}

const rules = z
  .array(
    z.lazy(() => rule),
    { error: 'expected a list of rules' },
  )
  .min(1, { error: 'the list is empty: name at least one signal or service' });

/** Words from other languages of rules. */
const otherWords: Readonly<Record<string, string>> = {
  and: 'write all: []',
  or: 'write any: []',
  nor: 'write not: { any: [] }',
};

const FORMS_ONLY = 'exactly one of the four forms';

const ruleMapping = mapping(
  {
    all: optional(rules, {
      description: 'Up when all of them are up. A plain list means the same.',
      unset: FORMS_ONLY,
      examples: [['web', 'uplink-a']],
    }),
    any: optional(rules, {
      description: 'Up when one of them is up.',
      unset: FORMS_ONLY,
      examples: [['uplink-a', 'uplink-b']],
    }),
    not: optional(
      z.lazy(() => rule),
      { description: 'Up when it is down.', unset: FORMS_ONLY, examples: ['maintenance'] },
    ),
    at_least: optional(wholeNumber(1, 1_000), {
      description: 'Up when so many of `of` are up.',
      unset: FORMS_ONLY,
      examples: [2],
    }),
    of: optional(rules, {
      description: 'The rules that `at_least` counts.',
      unset: FORMS_ONLY,
      examples: [['tor-a', 'tor-b', 'tor-c']],
    }),
  },
  (key) => (Object.hasOwn(otherWords, key) ? otherWords[key] : undefined),
).meta({
  oneOf: [
    { required: ['all'] },
    { required: ['any'] },
    { required: ['not'] },
    { required: ['at_least', 'of'] },
  ],
});

const reference = textUpTo(referenceExpected, parseReference, {
  title: 'name',
  description: 'A signal, a service, or a real server such as web/10.0.1.11:443.',
});

/** A name, a list (all of), or one of the four mappings. */
export const rule: z.ZodType<RuleFile, RuleFile> = z
  .union([reference, rules, ruleMapping], {
    error:
      'expected the name of a signal or service, a list of rules, or a mapping with all, any, not, or at_least and of',
  })
  .meta({ id: 'rule', title: 'rule', description: 'A rule over signals and services.' });
