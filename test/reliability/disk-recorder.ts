import { type PathLike, promises } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { dirname, resolve } from "node:path";

/** What the disk is sure to have is what was synced after it changed: names in folders, and contents of files. */
export class DiskRecorder {
  #moment = 0;
  /** When a name was put into its folder, by path. */
  readonly #named = new Map<string, number>();
  readonly #written = new Map<string, number>();
  readonly #synced = new Map<string, number>();
  readonly #originals = { open: promises.open, mkdir: promises.mkdir, rename: promises.rename };
  /** Syncs that are left out, as if the code had forgotten them. */
  readonly #forgets: (path: string) => boolean;

  /** Begins to record what this process does to files. @param forgets @default nothing */
  constructor(forgets: (path: string) => boolean = () => false) {
    this.#forgets = forgets;
    const { open, mkdir, rename } = this.#originals;
    Object.assign(promises, {
      open: async (path: PathLike, flags?: string | number, mode?: number) => {
        const handle = await open(path, flags, mode);
        if (typeof flags === "string" && /^[wa]/.test(flags)) this.appeared(String(path));
        return this.#watched(handle, resolve(String(path)));
      },
      mkdir: async (path: PathLike, options: { recursive: true }) => {
        const made = await mkdir(path, options);
        if (made === undefined) return made;
        for (let each = resolve(String(path)); each.length >= made.length; each = dirname(each)) this.appeared(each);
        return made;
      },
      rename: async (from: PathLike, to: PathLike) => {
        await rename(from, to);
        const [source, target] = [resolve(String(from)), resolve(String(to))];
        this.appeared(target);
        for (const moments of [this.#written, this.#synced])
          if (moments.has(source)) moments.set(target, moments.get(source)!);
      },
    });
    syncBuiltinESMExports();
  }

  /** A file or folder was made by a process that has not synced it. */
  appeared(path: string): void {
    this.#named.set(resolve(path), ++this.#moment);
  }

  /** What of a file a power cut may take now: its content, or a name on the way to it. */
  atRisk(path: string): string[] {
    const file = resolve(path);
    const isSynced = (of: string, since: number) => (this.#synced.get(of) ?? 0) > since;
    const risks: string[] = [];
    if (this.#written.has(file) && !isSynced(file, this.#written.get(file)!)) risks.push(`content of ${file}`);
    for (let each = file; dirname(each) !== each; each = dirname(each))
      if (this.#named.has(each) && !isSynced(dirname(each), this.#named.get(each)!)) risks.push(`name of ${each}`);
    return risks;
  }

  stop(): void {
    Object.assign(promises, this.#originals);
    syncBuiltinESMExports();
  }

  #watched(handle: FileHandle, path: string): FileHandle {
    const sync = handle.sync.bind(handle);
    handle.sync = async () => {
      await sync();
      if (!this.#forgets(path)) this.#synced.set(path, ++this.#moment);
    };
    for (const name of ["write", "writeFile"] as const) {
      const write = handle[name].bind(handle) as (...asked: unknown[]) => Promise<unknown>;
      Object.assign(handle, {
        [name]: async (...asked: unknown[]) => {
          this.#written.set(path, ++this.#moment);
          return await write(...asked);
        },
      });
    }
    return handle;
  }
}
