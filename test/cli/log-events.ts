import { readdirSync, readFileSync } from 'node:fs';

const sources = new URL('../../src/', import.meta.url);

/** The forms in which code names events: as a field, after a level, and as trouble with its end. */
const forms = [
  /\bevent: ('\w+')/gu,
  /\bevent = ([^;]*)/gu,
  /(?:'(?:debug|info|warn|error)'|\blevel),\s*('\w+')/gu,
  /\btrouble\(\s*('\w+')/gu,
  /\bnew \w*Trouble\(([^;]*);/gu,
];

/** Names of which a part is known only when they are used, with all that it may be. */
const templates: Readonly<Record<string, readonly string[]>> = {
  'action_${result}': ['action_sent', 'action_confirmed', 'action_rejected', 'action_unanswered'],
  'neighbor_${state}': ['neighbor_up', 'neighbor_down'],
  'ipvs_${code}': ['missing', 'exists', 'refused', 'denied', 'failed'].map(
    (code) => `ipvs_${code}`,
  ),
};

/** Every event name in src. A template that nobody wrote down above stands for itself. */
export function eventsInCode(): ReadonlySet<string> {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !/^(?:admin\/page|config|model|protocol)\//u.test(file),
  );
  return new Set(files.flatMap((file) => namesIn(readFileSync(new URL(file, sources), 'utf8'))));
}

function namesIn(text: string): readonly string[] {
  const places = forms.flatMap((form) => [...text.matchAll(form)].map(([, place = '']) => place));
  const plain = places.flatMap((place) =>
    [...place.matchAll(/'([a-z]\w*)'/gu)].map(([, name = '']) => name),
  );
  const made = [...text.matchAll(/`((?:action|ipvs|neighbor)_\$\{\w+\})`,/gu)].flatMap(
    ([, template = '']) => templates[template] ?? [template],
  );
  return [...plain, ...made];
}
