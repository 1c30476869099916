import type ts from "typescript";

/** The compiler, as its caller loaded it. */
export type Compiler = typeof ts;

/** The compiler options of a folder's project. */
export interface ProjectOptions {
  /** The tsconfig.json nearest to the folder; undefined where there is none. */
  readonly path: string | undefined;
  /** What could be read of it: an option that is unknown, or a base that is missing, counts as not set. */
  readonly options: ts.CompilerOptions;
  /** What could not, in words. */
  readonly problems: readonly string[];
}

/** A project without files is no mistake here: only its options count. */
const ALLOWED: ReadonlySet<number> = new Set([18002, 18003]);

/** Reads the tsconfig.json nearest to a folder, for cells and local modules alike. */
export function projectOptions(compiler: Compiler, folder: string): ProjectOptions {
  const path = compiler.findConfigFile(folder, compiler.sys.fileExists);
  if (path === undefined) return { path, options: {}, problems: [] };
  const { config, error } = compiler.readConfigFile(path, compiler.sys.readFile);
  // Looking for the project's files could walk a large folder.
  const host: ts.ParseConfigHost = { ...compiler.sys, readDirectory: () => [] };
  const projectFolder = path.slice(0, path.lastIndexOf("/")) || "/";
  const parsed = config && compiler.parseJsonConfigFileContent(config, host, projectFolder, undefined, path);
  const errors: readonly ts.Diagnostic[] = [...(error ? [error] : []), ...(parsed?.errors ?? [])];
  return {
    path,
    options: parsed?.options ?? {},
    problems: errors
      .filter(({ code }) => !ALLOWED.has(code))
      .map(
        ({ messageText }) => `Cannot use all of ${path}: ${compiler.flattenDiagnosticMessageText(messageText, " ")}`,
      ),
  };
}

/** Whether the project's class fields are defined (as JavaScript has them) or assigned, as `tsc` decides it. */
export const definesClassFields = (compiler: Compiler, { options }: ProjectOptions): boolean =>
  options.useDefineForClassFields ?? (options.target ?? compiler.ScriptTarget.ES2022) >= compiler.ScriptTarget.ES2022;
