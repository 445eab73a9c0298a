/**
 * The executable: says in one line which Node.js is needed where this one is too old. It imports
 * nothing, because an old Node.js would fail on that before it came here.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const isNewEnough = major > 20 || (major === 20 && minor >= 19);

if (isNewEnough) void import('./routevane.ts');
else {
  process.stderr.write(
    `routevane: needs Node.js 20.19 or later, and this is ${process.versions.node}\n`,
  );
  process.exitCode = 1;
}
