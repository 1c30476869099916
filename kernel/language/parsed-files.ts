import ts = require("typescript");

/**
 * What the compiler has parsed, for all programs of a thread. The platform's declarations are half comments: those
 * are read only of files that somebody wants the documentation of.
 */
export class ParsedFiles {
  private readonly whole = ts.createDocumentRegistry(true, "", ts.JSDocParsingMode.ParseAll);
  private readonly bare = ts.createDocumentRegistry(true, "", ts.JSDocParsingMode.ParseNone);
  /** Files of the platform that are read with comments. */
  private readonly documented = new Set<string>();

  /**
   * @param isUnchanging tells files that need not be read again while the thread lives.
   * @param isCommonJs tells files, of all others, that run as CommonJS.
   */
  constructor(
    private readonly isUnchanging: (path: string) => boolean,
    private readonly isCommonJs: (path: string) => boolean,
  ) {}

  /** For the compiler's language service. */
  readonly registry: ts.DocumentRegistry = {
    ...this.whole,
    acquireDocumentWithKey: (name, path, host, key, snapshot, version, kind, options) =>
      this.registryOf(path).acquireDocumentWithKey(
        name,
        path,
        host,
        key,
        snapshot,
        version,
        kind,
        this.modeOf(path, options),
      ),
    updateDocumentWithKey: (name, path, host, key, snapshot, version, kind, options) =>
      this.registryOf(path).updateDocumentWithKey(
        name,
        path,
        host,
        key,
        snapshot,
        version,
        kind,
        this.modeOf(path, options),
      ),
    // A cell without an import lets go of what the cell before imported; reading packages again would take long.
    releaseDocumentWithKey: (
      path: ts.Path,
      key: ts.DocumentRegistryBucketKey,
      kind?: ts.ScriptKind,
      format?: ts.ResolutionMode,
    ) => {
      if (!this.isUnchanging(path)) this.whole.releaseDocumentWithKey(path, key, kind!, format);
    },
  };

  /** From now on reads the comments of these files. False when they are read already. */
  readComments(paths: readonly string[]): boolean {
    const bare = paths.filter((path) => this.isBare(path));
    for (const path of bare) this.documented.add(path);
    return bare.length > 0;
  }

  /** The version of a file that does not change but for its comments being read. */
  versionOf(path: string): string {
    return this.documented.has(path) ? "with comments" : "1";
  }

  private isBare(path: string): boolean {
    return !this.documented.has(path) && /\/node_modules\/(typescript\/lib|@types\/node|undici-types)\//.test(path);
  }

  private registryOf(path: string): ts.DocumentRegistry {
    return this.isBare(path) ? this.bare : this.whole;
  }

  private modeOf(
    path: string,
    options: ts.CreateSourceFileOptions | ts.ScriptTarget | undefined,
  ): ts.CreateSourceFileOptions {
    const jsDocParsingMode = this.isBare(path) ? ts.JSDocParsingMode.ParseNone : ts.JSDocParsingMode.ParseAll;
    const asked = typeof options === "object" ? options : { languageVersion: options ?? ts.ScriptTarget.ES2022 };
    // The compiler asks the package.json around a file; JSON has no format at all.
    if (asked.impliedNodeFormat === undefined || this.isUnchanging(path)) return { ...asked, jsDocParsingMode };
    const impliedNodeFormat = this.isCommonJs(path) ? ts.ModuleKind.CommonJS : ts.ModuleKind.ESNext;
    return { ...asked, impliedNodeFormat, jsDocParsingMode };
  }
}
