import { readNpmLines } from "../modules/npm-lines.js";
import type { ImportedName, Unit } from "./cell-unit.js";
import { type Choice, chooseUnits } from "./choose-units.js";
import { declaredParameters } from "./declared-parameters.js";
import { type Cell, type Notebook, tagsOf } from "./notebook.js";
import { readCells } from "./read-cells.js";
import { type FlowRun, isRun } from "./sides-of-runs.js";

export interface FlowScript {
  readonly script: string;
  readonly warnings: readonly string[];
}

/**
 * Writes the clean flow script of a notebook: what its flows need, in notebook order, without the looking around.
 * @param moveModule gives a relative import's path as seen from the script's folder.
 * @throws {SyntaxError} naming the cell that does not parse.
 */
export function toFlowScript(written: Notebook, moveModule: (path: string) => string): FlowScript {
  const { notebook, installs } = withoutNpmLines(written);
  const parts = readCells(notebook.cells.filter(({ kind }) => kind === "code"));
  const choice = chooseUnits(parts);
  const script = freeName("script", choice);
  const isMain = choice.steps.some(({ kind }) => kind === "main") || choice.openCalls.length > 0;
  const statements = [
    ...choice.units,
    ...choice.steps.flatMap((step) => (step.kind === "statement" ? [step.unit] : [])),
  ];
  const flags = flagTypes(statements.filter(isFlag), notebook);
  const writing = { notebook, choice, script };
  const blocks = [
    comment(textBefore(notebook, firstCode(notebook))),
    comment(installs.length > 0 ? ["Before the first run:", ...installs].join("\n") : ""),
    [
      ...imports(choice.imports, moveModule),
      ...(isMain || flags !== "" ? ['import { openScript } from "cellar/script";'] : []),
    ].join("\n"),
    ...(isMain || flags !== "" ? [`const ${script} = openScript(import.meta.url${flags});`] : []),
    ...choice.units.map((unit, index) => block(unit, choice.units[index - 1], writing)),
    ...choice.steps.map((step) =>
      step.kind === "statement" ? block(step.unit, undefined, writing) : mainBlock(step.items, writing),
    ),
    ...(choice.openCalls.length > 0
      ? [onlyMain(script, [`await ${script}.finish([${choice.openCalls.join(", ")}]);`])]
      : []),
  ];
  return {
    script: `${blocks.filter((each) => each !== "").join("\n\n")}\n`,
    warnings: [...choice.warnings, ...(parts.hasJsx ? [JSX_NAME] : [])],
  };
}

/** The notebook's code, and what its `%npm` lines had npm do. */
function withoutNpmLines(notebook: Notebook): { readonly notebook: Notebook; readonly installs: readonly string[] } {
  const installs: string[] = [];
  const cells = notebook.cells.map((cell) => {
    if (cell.kind !== "code") return cell;
    const { commands, code } = readNpmLines(cell.source);
    installs.push(...commands.map((args) => `  npm ${args.join(" ")}`));
    return commands.length === 0 ? cell : { ...cell, source: code };
  });
  return { notebook: { ...notebook, cells }, installs: [...new Set(installs)] };
}

const JSX_NAME = "The notebook has JSX: give the script a name that ends in .tsx";

interface Writing {
  readonly notebook: Notebook;
  readonly choice: Choice;
  readonly script: string;
}

/** A statement with what stands above it: its cell's mark and Markdown, where the cell begins. */
function block(unit: Unit, previous: Unit | undefined, { notebook, choice, script }: Writing): string {
  const begins = previous?.cell !== unit.cell;
  const text = begins && unit.cell !== firstCode(notebook) ? textBefore(notebook, unit.cell) : "";
  return [
    ...(begins ? [`// cell: ${oneLine(unit.cell.id)}`] : []),
    ...(text === "" ? [] : [comment(text)]),
    ...(unit.comments === "" ? [] : [unit.comments]),
    statement(unit, choice, script),
  ].join("\n");
}

function statement(unit: Unit, { exported }: Choice, script: string): string {
  if (unit.kind === "effect" && unit.shown && unit.calls.length > 0 && !unit.assigns) {
    const isAwaited = unit.calls.some(({ awaited }) => awaited);
    return `${isAwaited ? "" : "await "}${unit.text};`; // a call of a task: the notebook ran it to show it
  }
  if (isFlag(unit)) {
    const { keyword, name, type, initializer } = unit.variable!;
    const [annotation, argument] = type === null ? ["", ""] : [`: ${type}`, `<${type}>`];
    return `${keyword} ${name}${annotation} = ${script}.flag${argument}(${JSON.stringify(name)}, ${initializer});`;
  }
  const isExported = [...unit.binds.keys()].some((name) => exported.has(name));
  return `${isExported ? "export " : ""}${closed(unit)}`;
}

/** A last expression needs no semicolon in a cell; in a script the next line might join it. */
const closed = ({ kind, text, shown }: Unit): string => (kind === "effect" && shown ? `${text};` : text);

/** A variable of the parameters cell with a default; a flow's own `parameter(…)` gets its flag when the flow runs. */
const isFlag = ({ cell, kind, variable }: Unit): boolean =>
  kind === "value" &&
  tagsOf(cell).includes("parameters") &&
  variable !== null &&
  variable.initializer !== null &&
  !/(^|\.)parameter$/.test(variable.madeBy ?? "");

/** The flags with the types that the notebook declares, as the second argument of `openScript`. */
function flagTypes(flags: readonly Unit[], { cells }: Notebook): string {
  if (flags.length === 0) return "";
  const declared = declaredParameters(cells);
  const entries = flags.map(({ variable }) => {
    const type = declared?.get(variable!.name)?.type ?? ["any"];
    return `${variable!.name}: ${JSON.stringify(type)}`;
  });
  return `, { ${entries.join(", ")} }`;
}

/** Runs, and what is done behind them, for the main module alone. */
function mainBlock(items: readonly (FlowRun | Unit)[], { script, notebook }: Writing): string {
  const lines = items.flatMap((item, index) => {
    if (!isRun(item)) {
      const before = items[index - 1];
      const text = before?.cell !== item.cell ? textBefore(notebook, item.cell) : "";
      return [comment(text), item.comments, closed(item)].filter((part) => part !== "");
    }
    if (item.verbatim) return [item.verbatim.comments, closed(item.verbatim)].filter((part) => part !== "");
    const run = `await ${script}.run(${item.flow}${item.args === "" ? "" : `, ${item.args}`});`;
    return [item.declares === "" ? run : `${item.declares} = ${run}`];
  });
  return onlyMain(script, lines);
}

const onlyMain = (script: string, lines: readonly string[]): string =>
  [`if (${script}.isMain) {`, ...lines.map(indented), "}"].join("\n");

/** Lines inside a template are part of its text and stay as they are. */
const indented = (text: string): string => (text.includes("`") ? `  ${text}` : text.replaceAll(/^(?=.)/gm, "  "));

function imports(names: readonly ImportedName[], moveModule: (path: string) => string): string[] {
  const groups = new Map<string, ImportedName[]>();
  for (const each of names) {
    const key = JSON.stringify([each.module, each.attributes]);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].flatMap((group) => {
    const [{ module, attributes }] = group as [ImportedName];
    const path = JSON.stringify(/^\.\.?\//.test(module) ? moveModule(module) : module);
    const end = `${path}${attributes === "" ? "" : ` ${attributes}`};`;
    const bound = unique(group.filter(({ local }) => local !== null));
    const namespaces = bound.filter(({ exported }) => exported === "*");
    const defaults = bound.filter(({ exported }) => exported === "default");
    const named = bound.filter((each) => !namespaces.includes(each) && !defaults.includes(each));
    return [
      ...(group.some(({ local }) => local === null) ? [`import ${end}`] : []),
      ...namespaces.map(({ local, typeOnly }) => `import ${typeOnly ? "type " : ""}* as ${local} from ${end}`),
      ...defaults.map(({ local, typeOnly }) => `import ${typeOnly ? "type " : ""}${local} from ${end}`),
      ...namedImport(named, end),
    ];
  });
}

function namedImport(named: readonly ImportedName[], end: string): string[] {
  if (named.length === 0) return [];
  const allTypes = named.every(({ typeOnly }) => typeOnly);
  const words = named.map(({ local, exported, typeOnly }) => {
    const renamed = local === exported ? local : `${exported} as ${local}`;
    return typeOnly && !allTypes ? `type ${renamed}` : renamed;
  });
  return [`import ${allTypes ? "type " : ""}{ ${words.join(", ")} } from ${end}`];
}

/** One import for each local name; as a value when any cell imports it so. */
const unique = (names: readonly ImportedName[]): ImportedName[] =>
  [
    ...new Map(
      [...names].sort((a, b) => Number(b.typeOnly) - Number(a.typeOnly)).map((each) => [each.local, each]),
    ).values(),
  ].sort(
    (a, b) => names.findIndex(({ local }) => local === a.local) - names.findIndex(({ local }) => local === b.local),
  );

/** What stands before it is about the notebook as a whole. */
const firstCode = ({ cells }: Notebook): Cell | undefined => cells.find(({ kind }) => kind === "code");

/** The Markdown between a cell and the code cell before it. */
function textBefore({ cells }: Notebook, cell: Cell | undefined): string {
  const end = cell ? cells.indexOf(cell) : cells.length;
  const texts: string[] = [];
  for (let at = end - 1; at >= 0 && cells[at]!.kind !== "code"; at--) texts.unshift(cells[at]!.source);
  return texts.join("\n\n");
}

/** Line comments, one per line: nothing in a text can end them. */
const comment = (text: string): string =>
  text === ""
    ? ""
    : text
        .split(LINE_END)
        .map((line) => (line.trim() === "" ? "//" : `// ${line}`))
        .join("\n");

const LINE_END = /\r\n|[\n\r\u2028\u2029]/;
const oneLine = (text: string): string => text.split(LINE_END).join(" ");

function freeName(wish: string, { units, steps, imports: names }: Choice): string {
  const inSteps = steps.flatMap((step) => (step.kind === "statement" ? [step.unit] : step.items));
  const taken = new Set([
    ...[...units, ...inSteps.filter((each): each is Unit => !isRun(each))].flatMap(({ binds, eager, lazy }) => [
      ...binds.keys(),
      ...eager,
      ...lazy,
    ]),
    ...names.map(({ local }) => local),
  ]);
  let name = wish;
  for (let number = 2; taken.has(name); number++) name = `${wish}${number}`;
  return name;
}
