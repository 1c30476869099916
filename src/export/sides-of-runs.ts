/**
 * Keeps what a notebook does on its side of a flow's run: what stood behind the run stands behind it in the script,
 * in a block that runs only with the main module.
 */
import type { Unit } from "./cell-unit.js";
import type { Cell } from "./notebook.js";

/** A run of a flow, at its place among the statements. */
export interface FlowRun {
  readonly flow: string;
  /** Text of the arguments that the notebook gave its `run`. */
  readonly args: string;
  /** Names that what stands behind it reads, as the notebook declared them: "const state"; "" where none does. */
  readonly declares: string;
  readonly cell: Cell;
  readonly order: number;
  /** Whether the run is this unit as it stands: in a loop, a `try`, a `Promise.all`. */
  readonly verbatim: Unit | null;
}

/** What follows the definitions: statements of the module, and blocks that only the main module runs. */
export type Step =
  | { readonly kind: "statement"; readonly unit: Unit }
  | { readonly kind: "main"; readonly items: readonly (FlowRun | Unit)[] };

export const isRun = (item: FlowRun | Unit): item is FlowRun => "flow" in item;

export interface Sides {
  /** Before the first run. */
  readonly before: readonly Unit[];
  readonly steps: readonly Step[];
}

export interface SidesAsk {
  /** What the module has at its top, each behind what it reads at once. */
  readonly top: readonly Unit[];
  readonly runs: readonly FlowRun[];
  /** Behind the first run, and not needed by a flow. */
  readonly behind: readonly Unit[];
  readonly unitsOf: (name: string) => readonly Unit[];
  /** What must have been evaluated before. */
  readonly readAtOnce: (unit: Unit) => ReadonlySet<Unit>;
  /** Whether evaluating the unit may do something. */
  readonly acts: (unit: Unit) => boolean;
  readonly nameOf: (cell: Cell) => string;
}

/**
 * Puts runs, and what is done behind them, among the statements of a module.
 * @throws {Error} naming the statement that cannot stay on its side of a run.
 */
export function sidesOfRuns({ top, runs, behind, unitsOf, readAtOnce, acts, nameOf }: SidesAsk): Sides {
  const first = Math.min(...runs.map(({ order }) => order));
  const late = new Set(top.filter((unit) => unit.order > first && acts(unit)));
  const waiting = new Map<Unit, boolean>();
  const waits = (unit: Unit): boolean => {
    const known = waiting.get(unit);
    if (known !== undefined) return known;
    waiting.set(unit, late.has(unit)); // a cycle of functions
    const found = late.has(unit) || [...readAtOnce(unit)].some(waits);
    waiting.set(unit, found);
    return found;
  };
  const after = top.filter(waits);
  const line = (unit: Unit): string => `\`${unit.text.split(/[\r\n]/)[0]}\` of ${nameOf(unit.cell)}`;
  for (const run of runs)
    for (const unit of needsOf(run, unitsOf))
      if (late.has(unit) && unit.order > run.order)
        throw new Error(
          `Cannot export the notebook: ${line(unit)} stands behind the run of ${JSON.stringify(run.flow)}, which needs it; move it above that run`,
        );
  let reached = first;
  const statements = after.map((unit) => {
    reached = Math.max(reached, unit.order);
    return { order: reached, unit };
  });
  const guarded = [...runs, ...behind].map((item) => ({ order: item.order, item }));
  const merged = [...guarded, ...statements].sort((a, b) => a.order - b.order);
  const steps: Step[] = [];
  for (const each of merged) {
    const last = steps.at(-1);
    if ("unit" in each) steps.push({ kind: "statement", unit: each.unit });
    else if (last?.kind === "main") steps[steps.length - 1] = { ...last, items: [...last.items, each.item] };
    else steps.push({ kind: "main", items: [each.item] });
  }
  refuseSplitNames(steps, line);
  return { before: top.filter((unit) => !after.includes(unit)), steps };
}

/** All that runs with a flow: whatever its tasks and functions refer to. */
function needsOf({ flow, args, verbatim }: FlowRun, unitsOf: SidesAsk["unitsOf"]): Set<Unit> {
  const found = new Set<Unit>();
  const follow = (name: string): void => {
    for (const unit of unitsOf(name)) {
      if (found.has(unit)) continue;
      found.add(unit);
      for (const next of [...unit.eager, ...unit.lazy]) follow(next);
    }
  };
  for (const name of [flow, ...namesIn(args), ...(verbatim ? [...verbatim.eager, ...verbatim.lazy] : [])]) follow(name);
  return found;
}

/** Words of a text that may be names. */
export const namesIn = (text: string): readonly string[] => text.match(/[A-Za-z_$][\w$]*/g) ?? [];

/** A name that one block declares is unknown to the next. */
function refuseSplitNames(steps: readonly Step[], line: (unit: Unit) => string): void {
  const declared = new Map<string, Step>();
  for (const step of steps) {
    if (step.kind !== "main") continue;
    for (const item of step.items) {
      const reads = isRun(item) ? namesIn(item.args) : [...item.eager, ...item.lazy];
      const lost = reads.find((name) => declared.has(name) && declared.get(name) !== step);
      if (lost !== undefined)
        throw new Error(
          `Cannot export the notebook: ${isRun(item) ? `the run of ${JSON.stringify(item.flow)}` : line(item)} reads \`${lost}\` across a statement that a flow needs; move that statement above the first run`,
        );
      const names = isRun(item) ? namesIn(item.declares.replace(/^\w+/, "")) : [...item.binds.keys()];
      for (const name of names) declared.set(name, step);
    }
  }
}
