/** The files that commands read and write: what stands in the way is said in one line that names the file. */
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";

/** Reads a text file without its byte order mark; "-" is standard input. @throws {Error} naming the file. */
export async function readText(path: string): Promise<string> {
  try {
    const found = path === "-" ? await text(process.stdin) : await readFile(path, "utf8");
    return found.replace(/^\ufeff/, "");
  } catch (cause) {
    throw fileError("read", path, cause);
  }
}

/** Writes a text file. @throws {Error} naming the file. */
export async function writeText(path: string, content: string): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (cause) {
    throw fileError("write", path, cause);
  }
}

/** The same, so that no reader sees half a file, whoever else writes it. */
export async function replaceText(path: string, content: string): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  try {
    if ((await stat(path).catch(() => undefined))?.isDirectory())
      throw Object.assign(new Error("a folder"), { code: "EISDIR" });
    await writeFile(part, content);
    await rename(part, path);
  } catch (cause) {
    await rm(part, { force: true });
    throw fileError("write", path, cause);
  }
}

/** What keeps a file from being read, written or run, in words. */
export function fileError(action: string, path: string, cause: unknown): Error {
  const { code, message } = cause as NodeJS.ErrnoException;
  const known = code === undefined ? undefined : ((code === "ENOENT" ? MISSING[action] : undefined) ?? REASONS[code]);
  return new Error(`Cannot ${action} ${JSON.stringify(path)}: ${known ?? message}`, { cause });
}

const MISSING: { readonly [action: string]: string } = { write: "its folder does not exist" };
const REASONS: { readonly [code: string]: string } = {
  ENOENT: "there is no such file",
  ENOTDIR: "a part of its path is no folder",
  EISDIR: "it is a folder; name a file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "its links lead in a circle",
};
