import { fileURLToPath } from "node:url";

/** Folders of the built program, dist/, and of its sources, which source maps lead to; as paths and as URLs. */
const OWN_FOLDERS = ["../..", "../../.."]
  .map((up) => new URL(`${up}/`, import.meta.url))
  .flatMap((url) => [fileURLToPath(url), url.href]);
/** What of such a folder is the program; the rest is whatever lies there too. */
const OWN_PARTS = ["src/", "kernel/"];

/** Regular expressions for the URLs of this program's files. */
export const OWN_URLS: readonly string[] = OWN_FOLDERS.filter((folder) => folder.startsWith("file:")).flatMap(
  (folder) => OWN_PARTS.map((part) => `^${escaped(folder)}${part}`),
);

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Whether a file, named by path or URL in a stack, is part of this program. */
export function isOurs(file: string): boolean {
  return OWN_FOLDERS.some(
    (folder) => file.startsWith(folder) && OWN_PARTS.some((part) => file.startsWith(part, folder.length)),
  );
}

/** Whether a file is part of the package that the store reads SQLite by: its frames reach cells with the store's errors. */
export const isOwnDriver = (file: string): boolean => /[\\/]node_modules[\\/]sqlite3[\\/]/.test(file);

/** Whether a file, as a stack names it, is part of Node. */
export const isPlatform = (file: string): boolean => file.startsWith("node:") || file.startsWith("internal/");

/** Whether a file is the notebook's author's own: a cell or a local module, not a package. */
export const isAuthors = (file: string): boolean =>
  file !== "" && !isPlatform(file) && !isOurs(file) && !/[\\/]node_modules[\\/]/.test(file);
