import { withCommonJsNames } from "./commonjs-names.js";
import { compileFile } from "./compile-file.js";
import { type ModuleFormat, packageType } from "./module-format.js";

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
  if (path.endsWith(".cts")) return { format: "commonjs", source: compileFile(path, text, "NodeNext") };
  const type = packageType(path);
  if (type !== "module" && !path.endsWith(".mts") && speaksCommonJs(text))
    return { format: "commonjs", source: compileFile(path, text, "NodeNext") };
  const source = compileFile(path, text, "ESNext");
  return { format: "module", source: type === "module" ? source : withCommonJsNames(source, path) };
}

/** `export =`, `import x = require()`, or a file that is no ES module and uses CommonJS's names. */
function speaksCommonJs(text: string): boolean {
  if (/^\s*(export\s*=|(export\s+)?import\s+[\w$]+\s*=\s*require\b)/m.test(text)) return true;
  if (/^\s*(import|export)\b/m.test(text)) return false;
  return /\b(module\.exports|exports\.|require\()/.test(text);
}
