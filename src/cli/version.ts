/** Set by the bundler from package.json. */
declare const ROUTEVANE_VERSION: string | undefined;

export const version = typeof ROUTEVANE_VERSION === 'string' ? ROUTEVANE_VERSION : 'development';
