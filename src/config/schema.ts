/** The shape of the file, as the other folders see it. */
export {
  type CheckDefaultsFile,
  type CheckFile,
  checkHasKey,
  type CheckOverrideFile,
  type CheckType,
  keyOfOtherCheck,
} from './schema/checks.ts';
export { type ConfigFile, type OvsdbFile } from './schema/file.ts';
export { type ExabgpFile } from './schema/outputs.ts';
export { type DegradeStepFile, MAX32, type RouteFile } from './schema/routes.ts';
export { type RuleFile } from './schema/rule.ts';
export { type RealServerFile, type ServiceFile } from './schema/services.ts';
export { type SignalFile } from './schema/signals.ts';
