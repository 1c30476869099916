import { statSync } from "node:fs";

/** Files that were loaded, with the time of their last change then: tells whether they have changed since. */
export class LoadedFiles {
  private readonly changedThen = new Map<string, number>();

  /** Notes a file as it is, or as it was at `changed`. */
  add(path: string, changed = changedAt(path)): void {
    this.changedThen.set(path, changed);
  }

  has(path: string): boolean {
    return this.changedThen.has(path);
  }

  /** Forgets all files, and gives them, where one of them has changed since it was loaded; else gives none. */
  takeChanged(): readonly string[] {
    const paths = [...this.changedThen.keys()];
    if (paths.every((path) => changedAt(path) === this.changedThen.get(path))) return [];
    this.changedThen.clear();
    return paths;
  }
}

/** Epoch milliseconds; 0 where the file is gone. */
export const changedAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
