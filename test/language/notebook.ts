import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import type * as uvu from "uvu";
import { CellLanguage } from "../../kernel/language/cell-language.js";
import type { CheckLevel, CompiledCell, RefusedCell } from "../../kernel/links/language-calls.js";
import { NotebookScope } from "../../src/source/notebook-scope.js";
import { noteSource } from "../../src/source/source-note.js";

/** A notebook in small: cells are compiled by the language and evaluated here, as a session does it. */
export class Notebook {
  private scope = new NotebookScope();
  private readonly language: CellLanguage;
  /** Cells compiled so far. */
  count = 0;

  constructor(readonly folder: string) {
    this.language = new CellLanguage({ folder, notebook: join(folder, "n.ipynb") });
  }

  get answers(): CellLanguage["answers"] {
    return this.language.answers;
  }

  /** Begins anew, as after a restart. */
  async reset(): Promise<void> {
    await this.answers.reset({});
    this.scope = new NotebookScope();
    this.count = 0;
  }

  async compile(code: string, level?: CheckLevel): Promise<CompiledCell | RefusedCell> {
    this.count += 1;
    return this.answers.compile({ code, count: this.count, ...(level && { level }) });
  }

  /** The value of a cell. @throws {Error} what the compiler or the cell says. */
  async run(code: string, level?: CheckLevel): Promise<unknown> {
    const cell = await this.compile(code, level);
    if (!cell.ok) throw new Error(cell.error.evalue);
    const load = (specifier: string) =>
      import(/^\.\.?\//.test(specifier) ? pathToFileURL(join(this.folder, specifier)).href : specifier);
    const call = vm.runInThisContext(cell.js, { filename: cell.filename });
    const bindings = this.scope.begin();
    let ok = false;
    try {
      const result = await call(bindings, load, createRequire(cell.filename), noteSource);
      ok = true;
      return result?.value;
    } finally {
      await this.answers.settle({ count: this.count, ok, ...(!ok && { bound: bindings.undo() }) });
    }
  }

  /** The first line of what the compiler says against a cell; null when it has nothing to say. */
  async problem(code: string): Promise<string | null> {
    const cell = await this.compile(code);
    return cell.ok ? null : cell.error.evalue;
  }

  close(): void {
    this.language.close();
  }
}

/** One notebook for all tests of a suite, anew for each: starting the compiler is what takes long. */
export function sharedNotebook(tests: uvu.Test): () => Notebook {
  const folder = mkdtempSync(join(tmpdir(), "cellar-language-"));
  let notebook: Notebook | undefined;
  tests.before.each(async () => {
    notebook ??= new Notebook(folder);
    await notebook.reset();
  });
  tests.after(() => {
    notebook?.close();
    rmSync(folder, { recursive: true });
  });
  return () => notebook!;
}

/** Runs `body` with a notebook in a folder of its own, that holds `files`. */
export async function withNotebook(
  body: (notebook: Notebook) => Promise<void>,
  files: { readonly [path: string]: string } = {},
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "cellar-language-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const notebook = new Notebook(folder);
  try {
    await body(notebook);
  } finally {
    notebook.close();
    rmSync(folder, { recursive: true });
  }
}
