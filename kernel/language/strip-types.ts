import ts = require("typescript");

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  alwaysStrict: false, // no "use strict" before an expression
  ignoreDeprecations: "6.0",
};

/** An expression, or statements, as JavaScript; the code itself where it is no TypeScript. */
export const stripTypes = (code: string): string => stripped(`(${code}\n)`) ?? stripped(code) ?? code;

function stripped(code: string): string | undefined {
  const { outputText, diagnostics } = ts.transpileModule(code, { compilerOptions: OPTIONS, reportDiagnostics: true });
  return diagnostics?.length === 0 ? outputText : undefined;
}
