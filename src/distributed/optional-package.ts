import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** What all of `src/distributed` needs beside the library itself. */
const INSTALL = "npm install bullmq ioredis esbuild";

/**
 * A package that people install when they want it: the one beside the library, else the one of the working folder, for
 * a kernel's library lies elsewhere.
 * @throws {Error} naming what to install where it is missing.
 */
export async function loadOptional<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!isMissing(error, name)) throw error;
  }
  try {
    const there = createRequire(join(process.cwd(), "[queue].js")).resolve(name);
    return (await import(pathToFileURL(there).href)) as T;
  } catch (error) {
    if (!isMissing(error, name)) throw error;
    throw new Error(
      `Cannot use a queue: the package "${name}" is not installed; run "${INSTALL}" in ${JSON.stringify(process.cwd())}`,
      { cause: error },
    );
  }
}

const isMissing = (error: unknown, name: string): boolean =>
  ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"].includes((error as { code?: string }).code ?? "") &&
  (error as Error).message.includes(name);
