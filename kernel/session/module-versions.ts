import { changedAt } from "./loaded-files.js";

interface KnownModule {
  /** The pass that loaded it: part of its URL, so that another version is another module to Node. */
  readonly version: number;
  /** Epoch milliseconds of its last change when it was loaded. */
  readonly changed: number;
  readonly imports: Set<string>;
}

/**
 * Which version of each of the author's modules is current. A pass is one import by a cell: it loads a module again
 * where the file, or one that it imports, has changed, is gone, or was first loaded by a pass that failed. All other
 * modules stay as they are, with their state.
 */
export class ModuleVersions {
  private readonly modules = new Map<string, KnownModule>();
  private pass = -1;

  /** Begins a pass, unless it or a later one has begun. */
  begin(pass: number, failed: ReadonlySet<number>): void {
    if (pass <= this.pass) return;
    this.pass = pass;
    const stale = new Set<string>();
    for (const [path, { changed, version }] of this.modules)
      if (failed.has(version) || changedAt(path) !== changed) this.addWithImporters(path, stale);
    for (const path of stale) this.modules.delete(path);
  }

  /**
   * The version of a module that is imported now.
   * @param importer path of the module that imports it; undefined for a cell.
   */
  of(path: string, importer: string | undefined): number {
    if (importer !== undefined) this.modules.get(importer)?.imports.add(path);
    const known = this.modules.get(path);
    if (known) return known.version;
    this.modules.set(path, { version: this.pass, changed: changedAt(path), imports: new Set() });
    return this.pass;
  }

  private addWithImporters(path: string, found: Set<string>): void {
    if (found.has(path)) return;
    found.add(path);
    for (const [importer, { imports }] of this.modules) if (imports.has(path)) this.addWithImporters(importer, found);
  }
}
