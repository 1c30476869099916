import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const PACKAGE = fileURLToPath(new URL("../../../", import.meta.url));
const declarations = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** What Node can run through `cellar/register`, whatever the tsconfig.json says of output. */
const FIXED: ts.CompilerOptions = {
  noEmit: true,
  composite: false,
  incremental: false,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  customConditions: ["node"],
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  esModuleInterop: true,
  skipLibCheck: true,
  noUnusedLocals: false,
  noUnusedParameters: false,
  verbatimModuleSyntax: false,
  isolatedDeclarations: false,
  ignoreDeprecations: "6.0",
};
const DEFAULTS: ts.CompilerOptions = {
  strict: true,
  noImplicitAny: false,
  strictPropertyInitialization: false,
  target: ts.ScriptTarget.ES2023,
  jsx: ts.JsxEmit.ReactJSX,
};

/** What is no mistake when Node runs it: a package without types, `await` at the top. */
const ALLOWED: ReadonlySet<number> = new Set([7016, 1375, 1378, 1432, 1484, 1485]);

/**
 * The type mistakes of a script and of the local modules that it imports, a line each ("flow.ts:3:7 TS2322: …"), by
 * the nearest tsconfig.json. JavaScript has none unless that asks for them.
 */
export function checkScript(script: string): string[] {
  const file = resolve(script);
  const found = ts.findConfigFile(dirname(file), ts.sys.fileExists);
  const own = found === undefined ? DEFAULTS : readOptions(found);
  const options: ts.CompilerOptions = {
    ...own,
    ...FIXED,
    types: own.types ?? ["node"],
    typeRoots: [...(own.typeRoots ?? []), ...typeRootsAbove(dirname(file)), `${PACKAGE}node_modules/@types`],
    paths: {
      ...own.paths,
      cellar: [declarations("../index.d.ts")],
      "cellar/script": [declarations("./open-script.d.ts")],
    },
  };
  const program = ts.createProgram([file], options);
  const sources = program.getSourceFiles().filter((each) => !program.isSourceFileFromExternalLibrary(each));
  return sources
    .filter(({ isDeclarationFile }) => !isDeclarationFile)
    .flatMap((each) => [...program.getSyntacticDiagnostics(each), ...program.getSemanticDiagnostics(each)])
    .filter(({ category, code }) => category === ts.DiagnosticCategory.Error && !ALLOWED.has(code))
    .map(asLine);
}

function readOptions(path: string): ts.CompilerOptions {
  const host: ts.ParseConfigHost = { ...ts.sys, readDirectory: () => [] }; // only options count
  const { config } = ts.readConfigFile(path, ts.sys.readFile);
  return ts.parseJsonConfigFileContent(config ?? {}, host, dirname(path), undefined, path).options;
}

function typeRootsAbove(folder: string): string[] {
  const above = dirname(folder);
  const own = `${folder.replace(/\/$/, "")}/node_modules/@types`;
  return [...(ts.sys.directoryExists(own) ? [own] : []), ...(above === folder ? [] : typeRootsAbove(above))];
}

function asLine({ file, start, code, messageText }: ts.Diagnostic): string {
  const message = ts.flattenDiagnosticMessageText(messageText, "\n");
  if (!file) return `TS${code}: ${message}`;
  const { line, character } = file.getLineAndCharacterOfPosition(start ?? 0);
  return `${relative(process.cwd(), file.fileName)}:${line + 1}:${character + 1} TS${code}: ${message}`;
}
