import { tmpdir } from "node:os";
import { loadCompiler } from "./compiler-code.js";

/**
 * A program that install.js runs: keeps the compiler's code as V8 has compiled it after a first cell, so that the first
 * kernel on a machine starts like all later ones. Does nothing where it is kept already.
 */
const compiler = loadCompiler();
if (!compiler.wasKept) {
  const { CellLanguage } = await import("./cell-language.js"); // requires the compiler
  const language = new CellLanguage({ folder: tmpdir(), notebook: null });
  await language.answers.warmUp({});
  await language.answers.compile({
    code: 'import { task } from "cellar";\nconst one = task("one", () => 1);',
    count: 1,
  });
  await language.answers.complete({ code: "[1].ma", cursor: 6 });
  language.close();
  compiler.keep();
}
