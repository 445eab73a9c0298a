/** Composition root: configuration → drivers → run. */
declare const ROUTEVANE_VERSION: string;

process.stdout.write(`routevane ${ROUTEVANE_VERSION}\n`);
