import { fileURLToPath } from "node:url";

/** Folder of the built program: dist/. */
const OWN_FOLDER = fileURLToPath(new URL("../..", import.meta.url));
const OWN_URL = new URL("../..", import.meta.url).href;
/** What of that folder is the program; the rest is whatever lies there too. */
const OWN_PARTS = ["src/", "kernel/"];

/** Whether a file, named by path or URL in a stack, is part of this program. */
export function isOurs(file: string): boolean {
  const inside = file.startsWith(OWN_URL)
    ? file.slice(OWN_URL.length)
    : file.startsWith(OWN_FOLDER)
      ? file.slice(OWN_FOLDER.length)
      : "";
  return OWN_PARTS.some((part) => inside.startsWith(part));
}

/** Whether a file is part of the package that the store reads SQLite by: its frames reach cells with the store's errors. */
export const isOwnDriver = (file: string): boolean => /[\\/]node_modules[\\/]sqlite3[\\/]/.test(file);

/** Whether a file, as a stack names it, is part of Node. */
export const isPlatform = (file: string): boolean => file.startsWith("node:") || file.startsWith("internal/");

/** Whether a file is the notebook's author's own: a cell or a local module, not a package. */
export const isAuthors = (file: string): boolean =>
  file !== "" && !isPlatform(file) && !isOurs(file) && !/[\\/]node_modules[\\/]/.test(file);
