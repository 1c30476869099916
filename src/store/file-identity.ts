import { stat } from "node:fs/promises";

/** What became of a file that this process has open. */
export type FileFate = "removed" | "replaced";

/** Tells a file from another one that later has its name. */
export class FileIdentity {
  private constructor(
    private readonly path: string,
    private readonly mark: string | null,
  ) {}

  static async of(path: string): Promise<FileIdentity> {
    return new FileIdentity(path, await markOf(path));
  }

  /** What became of the file; undefined while it is there, or cannot be looked at. */
  async fate(): Promise<FileFate | undefined> {
    if (this.mark === null) return undefined;
    const found = await markOf(this.path);
    if (found === null || found === this.mark) return undefined;
    return found === GONE ? "removed" : "replaced";
  }
}

const GONE = "gone";

/** Device and inode; null where they cannot be told. */
async function markOf(path: string): Promise<string | null> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return ino === 0n ? null : `${dev} ${ino}`; // a file system that numbers no files
  } catch (error) {
    return ["ENOENT", "ENOTDIR"].includes(String((error as NodeJS.ErrnoException).code)) ? GONE : null;
  }
}
