import { existsSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { SqlError, type SqlFailure } from "./driver.js";

const REASONS: { readonly [F in SqlFailure]?: string } = {
  busy: "another process has been writing to it for too long; try again, or end that process",
  full: "the disk is full; nothing was lost, free some space and run again",
  readonly: "the file or its folder cannot be written; allow that, or choose another place by CELLAR_STORE",
  cannotOpen: "the file or its folder cannot be opened; check that the folder may be read and written",
  io: "the disk reports an error",
};

/** The file or the disk failed, whatever was written. */
class StoreFailure extends Error {}

/** Whether a write failed for reasons that are not its own: a full disk, a damaged file. */
export function isStoreFailure(error: unknown): boolean {
  return error instanceof StoreFailure && error.cause instanceof SqlError && error.cause.failure !== "other";
}

/** Whether a write failed because there is no room for it, or none may be written. */
export function isFull(error: unknown): boolean {
  if (!(error instanceof StoreFailure && error.cause instanceof SqlError)) return false;
  return error.cause.failure === "full" || error.cause.failure === "readonly";
}

/** An error of the store in a person's words: what was being done, to which file, and the way out. */
export function storeFailure(action: string, path: string, error: unknown): unknown {
  if (!(error instanceof SqlError)) return error;
  // SQLite says "I/O error" where it has no room for the files beside the database.
  const failure = error.failure === "io" && hasNoRoom(path) ? "full" : error.failure;
  const reason = damageReason(error, path) ?? REASONS[failure] ?? error.message;
  return new StoreFailure(`Cannot ${action} store ${JSON.stringify(path)}: ${reason}`, { cause: error });
}

/** SQLite's index of its log needs so much at least. */
const LEAST_ROOM_BYTES = 65_536;

function hasNoRoom(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < LEAST_ROOM_BYTES;
  } catch {
    return false; // the folder is not there, or its file system does not tell
  }
}

function damageReason({ failure }: SqlError, path: string): string | undefined {
  if (failure !== "corrupt" && failure !== "notADatabase") return undefined;
  const what = failure === "corrupt" ? "the file is damaged" : "the file is not an SQLite database";
  return `${what}. It was left as it is; to begin a new store, move it away: ${moveAway(path)}`;
}

/** The command that moves a store's file, and its log beside it, out of the way; together they stay readable. */
export function moveAway(path: string): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  return ["", "-wal", "-shm"]
    .filter((suffix) => suffix === "" || existsSync(path + suffix))
    .map((suffix) => `mv ${quoted(path + suffix)} ${quoted(`${path}.damaged${suffix}`)}`)
    .join(" && ");
}
