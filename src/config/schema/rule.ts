import * as z from 'zod';
import { parseReference, referenceExpected } from '../parse.ts';
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

const ruleMapping = mapping(
  {
    all: rules.optional(),
    any: rules.optional(),
    not: z.lazy(() => rule).optional(),
    at_least: wholeNumber(1, 1_000).optional(),
    of: rules.optional(),
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
  description: 'A signal, a service, or a real server such as web/10.0.1.11:443.',
});

/** A name, a list (all of), or one of the four mappings. */
export const rule: z.ZodType<RuleFile, RuleFile> = z
  .union([reference, rules, ruleMapping], {
    error:
      'expected the name of a signal or service, a list of rules, or a mapping with all, any, not, or at_least and of',
  })
  .meta({ id: 'rule', description: 'A rule over signals and services.' });
