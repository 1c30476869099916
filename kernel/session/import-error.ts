import { relative } from "node:path";
import { packageName, whyNotFound } from "../../src/modules/missing-package.js";
import { aliasTargets } from "../../src/modules/path-aliases.js";

/**
 * A failed import in words that name the specifier and the way out. What the module itself threw while it ran
 * is given back as it is.
 */
export function importError(specifier: string, folder: string, error: unknown): unknown {
  if (typeof error !== "object" || error === null) return error; // a module may throw anything
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof message === "string" && error instanceof SyntaxError && NO_EXPORT.test(message))
    return new SyntaxError(
      `Cannot import "${specifier}": ${message}; where that is a type, write "import type" or "export type"`,
      { cause: error },
    );
  if (typeof code !== "string" || typeof message !== "string") return error;
  const say = WORDS[code];
  if (!say) return error;
  const words = misledAlias(specifier, folder) ?? say(message, specifier, folder);
  const failed = new Error(`Cannot import "${specifier}": ${words}`, { cause: error });
  // As in Node; not enumerable, since a traceback shows it with the cause.
  return Object.defineProperty(failed, "code", { value: code, writable: true, configurable: true });
}

/** Each file is compiled alone: what another file exports, and whether it is a type, is not looked up. */
const NO_EXPORT = /^The requested module '.+' does not provide an export named '.+'$/;

/** What can only be an alias of tsconfig.json: a name that no package can have. */
function misledAlias(specifier: string, folder: string): string | undefined {
  const targets = aliasTargets(specifier, folder);
  if (targets.length === 0 || PACKAGE_NAME.test(packageName(specifier))) return undefined;
  return `tsconfig.json leads to ${targets.map((target) => relative(folder, target)).join(" and ")}, and there is no such file`;
}

/** https://docs.npmjs.com/cli/configuring-npm/package-json#name */
const PACKAGE_NAME = /^(@[a-z\d~-][\w.~-]*\/)?[a-z\d~-][\w.~-]*$/i;

type Words = (message: string, specifier: string, folder: string) => string;

const missing: Words = (message, specifier, folder) => {
  const name = packageName(specifier);
  const [, kind, wanted, imported] =
    /Cannot find (package|module) '([^']+)'(?: imported from (.+))?/.exec(message) ?? [];
  if (wanted === undefined) return message;
  const importer = imported ?? /Require stack:\n- (.+)/.exec(message)?.[1];
  const isPackage = packageName(wanted) !== "";
  const nested = importer && !importer.endsWith("[cell].js") && isPackage && packageName(wanted) !== name;
  if (nested)
    return `${importer} needs the package "${packageName(wanted)}", which is not installed; run: npm install ${packageName(wanted)}`;
  if (name === "") return kind === "package" ? message : `there is no file ${wanted}`;
  return whyNotFound(specifier, folder);
};

const WORDS: { readonly [code: string]: Words } = {
  ERR_MODULE_NOT_FOUND: missing,
  MODULE_NOT_FOUND: missing,
  ERR_PACKAGE_PATH_NOT_EXPORTED: (message) => message,
  ERR_UNSUPPORTED_DIR_IMPORT: (message) => message,
  ERR_UNKNOWN_FILE_EXTENSION: (message) => message,
  ERR_UNKNOWN_BUILTIN_MODULE: (message) => message,
};
