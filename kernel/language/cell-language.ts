import type { Answers } from "../../src/links/calls.js";
import type {
  CheckLevel,
  CompiledCell,
  Completion,
  LanguageCalls,
  LanguageSetup,
  RefusedCell,
} from "../links/language-calls.js";
import { cellDeclarations } from "./cell-declarations.js";
import { type CellDiagnostic, CHECK_ERROR, refusal, shown, toCellDiagnostic } from "./cell-diagnostics.js";
import { cellFilename } from "./cell-filename.js";
import { type CellParts, cellParts, OBJECT_END, OBJECT_START } from "./cell-parts.js";
import { type CellFile, CellProgram, type OpenCell } from "./cell-program.js";
import { type CheckedCell, checkCell } from "./check-cell.js";
import { NotebookLevel } from "./check-level.js";
import { type CellCompilerOptions, cellCompilerOptions } from "./compiler-options.js";
import { complete } from "./complete.js";
import { EarlierCells } from "./earlier-cells.js";
import { fileNames } from "./file-names.js";
import { foreignName } from "./foreign-names.js";
import { globalImports } from "./global-types.js";
import { impliedMembers } from "./implied-members.js";
import { ImportableNames } from "./importable-names.js";
import { type Inspection, inspect } from "./inspect.js";
import { isComplete } from "./is-complete.js";
import { LostNames } from "./lost-names.js";
import { stripTypes } from "./strip-types.js";
import { transpileCell } from "./transpile-cell.js";

/** A compiled cell that may still fail. */
interface Compiled {
  readonly count: number;
  readonly parts: CellParts;
  /** Names that later cells are to see. */
  readonly declared: CellParts["declared"];
  readonly names: readonly string[];
  readonly imports: ReadonlyMap<string, string>;
  /** Of a cell that was not checked: made when its declarations are needed. */
  readonly checked: CheckedCell | undefined;
}

const NO_NAME = /^Cannot find (?:name|namespace) '([\w$]+)'/;
const IDLE_MS = 100;
/** Soon after the start, but not in the way of a first cell that comes at once. */
const PRELOAD_MS = 700;
/** Cells that are checked ahead, and completed where they have a mark. */
const PRELOADS = ['import "cellar";', "[1].|", "cre|"] as const;

/** All that the kernel asks of TypeScript, for the cells of one notebook. */
export class CellLanguage {
  private readonly folder: string;
  private readonly level: NotebookLevel;
  /** Settings that cannot be used: the next cell says so. */
  private readonly complaints: string[] = [];
  private readonly options: CellCompilerOptions;
  private readonly program: CellProgram;
  private readonly earlier = new EarlierCells();
  private readonly lost = new LostNames();
  /** Files that are kept for their global types. */
  private readonly globalFiles = new Set<string>();
  private readonly unsettled = new Map<string, Compiled[]>();
  /** Settled cells whose declarations are not made yet. */
  private readonly undeclared: Compiled[] = [];
  private values = new Set<string>();
  private imports = new Map<string, string>();
  /** What functions of all cells do with the notebook's names: those of failed cells may live on. */
  private readonly inFunctions = { read: new Set<string>(), written: new Set<string>() };
  private readonly importable: ImportableNames;
  private idle: NodeJS.Timeout | undefined;
  private preload: NodeJS.Timeout | undefined;

  /** @param everywhere level of the check where neither cell nor notebook say one; "error" by default. */
  constructor({ folder, notebook }: LanguageSetup, everywhere?: string) {
    this.folder = folder;
    this.level = new NotebookLevel(notebook, everywhere);
    this.options = cellCompilerOptions(folder);
    this.complaints.push(...this.options.problems);
    this.program = new CellProgram(folder, this.options.check);
    this.importable = new ImportableNames(folder, this.program.imports);
  }

  readonly answers: Answers<LanguageCalls> = {
    warmUp: () => {
      this.compile("warm-up", "1 + 1", 0, "error");
      this.unsettled.delete("warm-up");
      this.preloadNext(PRELOADS);
      return null;
    },
    compile: ({ cell, code, count, level }) => this.compile(cell ?? String(count), code, count, level),
    settle: ({ cell, count, ok, bound }) => {
      const id = cell ?? String(count);
      if (!ok) this.lost.fail(count, this.unsettledNames(id));
      this.settle(id, ok ? undefined : new Set(bound));
      return null;
    },
    complete: ({ code, cursor }) => this.complete(code, cursor),
    inspect: ({ code, cursor, detail }) => this.inspect(code, cursor, detail),
    isComplete: ({ code }) => isComplete(code, this.options.prefersTsx),
    strip: ({ code }) => ({ js: stripTypes(code) }),
    reset: () => {
      this.reset();
      return null;
    },
  };

  /** Lets go of the timers that work in idle time. */
  close(): void {
    clearTimeout(this.preload);
    clearTimeout(this.idle);
  }

  /** What a first import or completion would wait for, one part at a time, so that a cell never waits for all. */
  private preloadNext([next, ...later]: readonly string[]): void {
    if (next === undefined) return;
    this.preload = setTimeout(() => {
      if (next.includes("|")) this.complete(next.replace("|", ""), next.indexOf("|"));
      else this.check(this.parse(next));
      this.preloadNext(later);
    }, PRELOAD_MS);
  }

  private compile(id: string, text: string, count: number, asked: CheckLevel | undefined): CompiledCell | RefusedCell {
    const parts = this.parse(text);
    const level = asked ?? this.level.of(parts.askedLevel, (complaint) => this.complaints.push(complaint));
    const complaints = count > 0 ? this.complaints.splice(0) : []; // nobody sees the cell that warms up
    const refuse = (ename: string, diagnostics: readonly CellDiagnostic[]): RefusedCell => {
      const codes = diagnostics.map(({ code }) => code);
      this.lost.refuse(count, parts.declared.keys(), codes);
      return { ok: false, error: refusal(ename, diagnostics, text, count), warnings: complaints };
    };
    if (parts.syntaxErrors.length > 0)
      return refuse(
        "SyntaxError",
        parts.syntaxErrors.map((each) => toCellDiagnostic(each, text)!),
      );
    const checked = level === "off" ? undefined : this.check(parts);
    const problems = this.lost.explain(checked?.diagnostics ?? []);
    if (problems.length > 0 && level === "error")
      return refuse(
        CHECK_ERROR,
        problems.map((each) => this.withMeant(each, text)),
      );
    const filename = cellFilename(this.folder, count);
    const earlier = { values: this.values, imports: this.imports, inFunctions: this.inFunctions };
    const script = transpileCell(parts, this.options.emit, filename, earlier, checked);
    if ("diagnostic" in script) return refuse("SyntaxError", [script.diagnostic]);
    const { names, imports, inFunctions } = script;
    for (const name of inFunctions.read) this.inFunctions.read.add(name);
    for (const name of inFunctions.written) this.inFunctions.written.add(name);
    const compiled = { count, parts, declared: parts.declared, names, imports, checked };
    this.unsettled.set(id, [...(this.unsettled.get(id) ?? []), compiled]);
    const warnings = [...(checked?.warnings ?? [])];
    if (problems.length > 0) warnings.push(shown(problems, text, count).join("\n"));
    return { ok: true, js: script.code, filename, map: script.map, warnings: [...complaints, ...warnings] };
  }

  /** @param bound the names that a failed cell leaves; undefined where it ended well and leaves all. */
  private settle(id: string, bound: ReadonlySet<string> | undefined): void {
    const cells = this.unsettled.get(id) ?? [];
    this.unsettled.delete(id);
    for (const cell of bound ? cells.map((each) => this.partOf(each, bound)) : cells) {
      for (const name of cell.declared.keys()) {
        this.values.delete(name);
        this.imports.delete(name);
      }
      for (const name of cell.names) this.values.add(name);
      for (const [name, from] of cell.imports) this.imports.set(name, from);
      this.keepGlobals(cell);
      if (cell.declared.size > 0 || (cell.parts.augments && !bound)) this.undeclared.push(cell);
    }
    this.declareWhenIdle();
  }

  private keepGlobals({ parts, checked }: Compiled): void {
    const imports = checked ? globalImports(checked.program, checked.file, this.globalFiles) : [];
    this.earlier.keepGlobals({ references: parts.references, imports });
    if (imports.length === 0) return;
    for (const { fileName } of checked!.program.getSourceFiles()) this.globalFiles.add(fileName);
  }

  /** What a failed cell leaves: its bound names, and its types where they are new. */
  private partOf(cell: Compiled, bound: ReadonlySet<string>): Compiled {
    this.declareAll();
    const isKept = (name: string): boolean =>
      bound.has(name) ||
      (bound.size > 0 && /^(interface|type)$/.test(cell.declared.get(name)!.kind) && !this.earlier.names.has(name));
    return {
      ...cell,
      declared: new Map([...cell.declared].filter(([name]) => isKept(name))),
      names: cell.names.filter((name) => bound.has(name)),
      imports: new Map([...cell.imports].filter(([name]) => bound.has(name))),
    };
  }

  private reset(): void {
    this.unsettled.clear();
    this.undeclared.length = 0;
    this.values = new Set();
    this.imports = new Map();
    this.earlier.clear();
    this.globalFiles.clear();
    this.lost.clear();
  }

  private parse(text: string): CellParts {
    return cellParts(text, this.options.prefersTsx);
  }

  private check(parts: CellParts): CheckedCell {
    this.declareAll();
    return this.checkNow(parts);
  }

  private checkNow(parts: CellParts): CheckedCell {
    const declared = new Set(parts.declared.keys());
    const exports = [...declared].filter((name) => !parts.exported.has(name));
    const implied = this.options.isLoose ? impliedMembers(parts.file) : "";
    const tail = exports.length > 0 ? `${implied}\n;export { ${exports.join(", ")} };` : implied;
    const kindOf = (name: string) => (declared.has(name) ? undefined : this.earlier.names.get(name)?.kind);
    return checkCell(this.open(parts, parts.identifiers, declared, tail), parts, kindOf, this.options.isLoose);
  }

  /** A name that "cellar" exports, or that other programs know, is told with what to write. */
  private withMeant(problem: CellDiagnostic, text: string): CellDiagnostic {
    const name = NO_NAME.exec(problem.message)?.[1];
    if (name === undefined) return problem;
    const after = text.split(/\r\n|\n|\r/)[problem.line - 1]?.slice(problem.column - 1 + name.length) ?? "";
    const foreign = foreignName(name, after);
    if (foreign !== undefined) return { ...problem, message: `Cannot find name '${name}'. ${foreign}` };
    if (!this.importable.ofLibrary().some((each) => each.name === name)) return problem;
    return { ...problem, message: `${problem.message} To import it: import { ${name} } from "cellar"` };
  }

  private unsettledNames(id: string): readonly string[] {
    return (this.unsettled.get(id) ?? []).flatMap(({ parts }) => [...parts.declared.keys()]);
  }

  private complete(code: string, cursor: number): Completion {
    const cell = this.openUnfinished(code, cursor);
    const importable = () => this.importable.all(cell.program());
    const found = complete(cell, code, cursor, { earlier: this.earlier.names, importable });
    return found.matches.length > 0 ? found : (fileNames(cell, cursor, this.folder) ?? found);
  }

  private inspect(code: string, cursor: number, detail: 0 | 1): Inspection {
    const found = inspect(this.openUnfinished(code, cursor), code, cursor, detail);
    const name = /^\s*([\w$.]+)\s*$/.exec(code)?.[1];
    if (found.found || name === undefined) return found;
    const typed = `null! as ${name}`; // a type alone is no expression
    return inspect(this.openUnfinished(typed, typed.length), typed, typed.length, detail);
  }

  private openUnfinished(code: string, cursor: number): OpenCell {
    this.declareAll();
    const parts = this.parse(code);
    // After a dot only the names in the text matter; elsewhere any name may be wanted.
    const wanted = /\.\s*[\w$]*$/.test(code.slice(0, cursor)) ? parts.identifiers : undefined;
    return this.open(parts, wanted, new Set(parts.declared.keys()), "");
  }

  private open(
    { text, isTsx, object, references }: CellParts,
    wanted: ReadonlySet<string> | undefined,
    declared: ReadonlySet<string>,
    tail: string,
  ): OpenCell {
    const file: CellFile = { text, isTsx, tail, ...this.earlier.view(wanted, declared, references) };
    if (object === undefined) return this.program.open(file);
    return this.program.open({ ...file, head: file.head + OBJECT_START, text: object, tail: OBJECT_END + tail });
  }

  /** Declarations are made between cells, so that no cell waits for those of the one before. */
  private declareWhenIdle(): void {
    clearTimeout(this.idle);
    if (this.undeclared.length === 0) return;
    this.idle = setTimeout(() => {
      if (this.undeclared.length > 0) this.declareNext();
      this.declareWhenIdle();
    }, IDLE_MS);
  }

  private declareAll(): void {
    while (this.undeclared.length > 0) this.declareNext();
  }

  private declareNext(): void {
    const { count, parts, declared, checked } = this.undeclared.shift()!;
    const { program, file } = checked ?? this.checkNow(parts);
    this.earlier.add(this.earlier.moduleName(count), declared, cellDeclarations(program, file, parts.augments));
  }
}
