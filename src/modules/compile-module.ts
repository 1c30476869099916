import { withCommonJsNames } from "./commonjs-names.js";
import { compileFile } from "./compile-file.js";
import { type ModuleFormat, packageType, speaksCommonJs } from "./module-format.js";

/** A TypeScript file as JavaScript, its source map inside. */
export interface CompiledModule {
  readonly format: ModuleFormat;
  readonly source: string;
}

/**
 * Compiles a file by ts-node with the tsconfig.json nearest to it. It is an ES module where its text is one, whatever
 * the package.json says, so that `await` works at the top; a `.cts` file, and one that speaks CommonJS, stay what they are.
 * @throws {SyntaxError} naming file and line.
 */
export function compileModule(path: string, text: string): CompiledModule {
  const isCommonJs =
    path.endsWith(".cts") || (!path.endsWith(".mts") && packageType(path) !== "module" && speaksCommonJs(text));
  if (isCommonJs) return { format: "commonjs", source: compileFile(path, text, "NodeNext") };
  return { format: "module", source: withCommonJsNames(compileFile(path, text, "ESNext"), path) };
}
