// Boots a kernel, says where, and stays; for the test that kills it.
import { ipvsKernel } from './kernel.ts';

const kernel = await ipvsKernel({ after: () => {} });
process.stdout.write(`${kernel.dir}\n`);
