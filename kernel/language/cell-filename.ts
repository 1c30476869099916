import { join } from "node:path";

/**
 * The name of a cell's script. A path inside the notebook's folder, since relative `import()` is resolved from it;
 * the file itself does not exist.
 */
export const cellFilename = (folder: string, count: number): string => join(folder, `cell-${count}.ts`);
