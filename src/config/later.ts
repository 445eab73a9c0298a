import type { Path, Report } from './problems.ts';
import type { ConfigFile } from './schema/file.ts';

/** Parts that are checked like all others and not brought to life in this version. */
export function reportLater(file: ConfigFile, report: Report): void {
  const later = (path: Path, what: string): void =>
    report(path, `${what} not in this version`, 'key');
  outputsLater(file.outputs ?? {}, later);
}

type Later = (path: Path, what: string) => void;

function outputsLater(outputs: NonNullable<ConfigFile['outputs']>, later: Later): void {
  const { exabgp } = outputs;
  if (exabgp?.lease !== undefined) later(['outputs', 'exabgp', 'lease'], 'the lease of routes is');
}
