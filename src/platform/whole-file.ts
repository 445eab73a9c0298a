import { promises } from 'node:fs';
import { dirname } from 'node:path';

/** Readable for us and our group: what is kept tells about the network. */
const FILE_MODE = 0o640;

/**
 * Writes a file whole or not at all. Rejects where it cannot be written.
 *
 * @param isSynced also across a power cut.
 */
export async function writeWholeFile(
  path: string,
  text: string,
  { isSynced } = { isSynced: true },
): Promise<void> {
  await promises.mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.tmp`;
  const file = await promises.open(temporary, 'w', FILE_MODE);
  try {
    await file.writeFile(text);
    if (isSynced) await file.datasync();
  } finally {
    await file.close();
  }
  await promises.rename(temporary, path);
}
