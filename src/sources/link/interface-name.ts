/**
 * What the kernel accepts as the name of an interface (dev_valid_name: at most 15
 * bytes, no slash, colon or white space, not `.` or `..`), narrowed to ASCII and to
 * names that do not begin with a dot: those are the temporary files of the hook.
 */
export function isInterfaceName(name: string): boolean {
  return /^[\x21-\x7e]{1,15}$/.test(name) && !/^\.|[/:]/.test(name);
}
