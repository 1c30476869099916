import ts = require("typescript");

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  jsx: ts.JsxEmit.Preserve,
  experimentalDecorators: true,
  noLib: true,
  noResolve: true,
  types: [],
};

/** Beside the grammar (1000 and up): assignments to what holds no value, and names that are declared twice. */
const REFUSED: ReadonlySet<number> = new Set([
  2300, 2357, 2364, 2392, 2393, 2406, 2451, 2480, 2487, 2491, 2492, 2501, 2567, 2777, 2779, 2813, 2814,
]);
/** What depends on options, or on types that are not there. */
const DEPENDENT: ReadonlySet<number> = new Set([
  1208, 1219, 1238, 1239, 1240, 1241, 1270, 1329, 1343, 1375, 1378, 1432,
]);

/** Whether the compiler refuses a file that parses, whatever its names mean: `1 = 2`, `return 1`, `let x; let x`. */
export function isRefusedUntyped(file: ts.SourceFile): boolean {
  const host: ts.CompilerHost = {
    getSourceFile: (name) => (name === file.fileName ? file : undefined),
    fileExists: (name) => name === file.fileName,
    readFile: () => undefined,
    writeFile: () => {},
    getDefaultLibFileName: () => "",
    getCurrentDirectory: () => "/",
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
  };
  const program = ts.createProgram([file.fileName], OPTIONS, host);
  return program
    .getSemanticDiagnostics(file)
    .some(({ code, category }) => category === ts.DiagnosticCategory.Error && isRefused(code));
}

const isRefused = (code: number): boolean => REFUSED.has(code) || (code >= 1000 && code < 2000 && !DEPENDENT.has(code));
