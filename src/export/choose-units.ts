import type { CellParts, DirectCall, ImportedName, Unit } from "./cell-unit.js";
import { lastDefinitions, nameOf } from "./last-definitions.js";
import { tagsOf } from "./notebook.js";
import { type FlowRun, namesIn, type Step, sidesOfRuns } from "./sides-of-runs.js";

/** What of a notebook becomes the script. */
export interface Choice {
  /** In the order in which they must stand, before the first run. */
  readonly units: readonly Unit[];
  /** Runs of flows, with what stands behind them. */
  readonly steps: readonly Step[];
  readonly imports: readonly ImportedName[];
  /** Names of flows and tasks: what the script exports. */
  readonly exported: ReadonlySet<string>;
  /** Names of calls that stand outside every flow and are not awaited where they stand. */
  readonly openCalls: readonly string[];
  readonly warnings: readonly string[];
}

type FlowCall = Pick<FlowRun, "flow" | "args">;

/** Units by the names they bind, with what each is to the flows. */
class Roles {
  readonly flows = new Set<string>();
  readonly tasks = new Set<string>();
  private readonly byName = new Map<string, Unit[]>();
  private readonly tainted = new Map<Unit, boolean>();

  constructor(units: readonly Unit[], imports: readonly ImportedName[]) {
    for (const unit of units)
      for (const name of unit.binds.keys()) this.byName.set(name, [...(this.byName.get(name) ?? []), unit]);
    const made = { flow: this.flows, task: this.tasks };
    for (const { variable } of units)
      for (const [maker, names] of Object.entries(made))
        if (variable?.madeBy && isFromCellar(variable.madeBy, maker, imports)) names.add(variable.name);
  }

  unitsOf(name: string): readonly Unit[] {
    return this.byName.get(name) ?? [];
  }
  /** `audit.run(…)` outside a function: the script's last lines do that. */
  runsFlow({ calls }: Unit): FlowCall | undefined {
    for (const call of calls) {
      const run = this.asRun(call);
      if (run) return run;
    }
    return undefined;
  }
  asRun({ callee, args }: DirectCall): FlowCall | undefined {
    const flow = /^(.+)\.(?:run|resume)$/.exec(callee)?.[1];
    if (flow === undefined || !this.flows.has(flow)) return undefined;
    return { flow, args: callee.endsWith(".run") ? args : "" };
  }
  /** A call of a task outside every flow. */
  callsTask({ calls }: Unit): boolean {
    return calls.some(({ callee }) => this.tasks.has(callee) || this.tasks.has(callee.replace(/\.map$/, "")));
  }
  /** It looks at what a run of a flow gave. */
  readsRun(unit: Unit): boolean {
    const known = this.tainted.get(unit);
    if (known !== undefined) return known;
    this.tainted.set(unit, false); // a cycle of functions
    const found = [...unit.eager, ...unit.lazy]
      .flatMap((name) => this.unitsOf(name))
      .some((other) => this.runsFlow(other) !== undefined || this.readsRun(other));
    this.tainted.set(unit, found);
    return found;
  }
}

/** Chooses what the flows of a notebook need, and says what is left out. */
export function chooseUnits(parts: CellParts): Choice {
  const warnings: string[] = [];
  const { units, imports } = lastDefinitions(parts, warnings);
  const roles = new Roles(units, imports);
  const needed = new Set<Unit>();
  const need = (unit: Unit): void => {
    if (needed.has(unit)) return;
    needed.add(unit);
    for (const name of [...unit.eager, ...unit.lazy]) roles.unitsOf(name).forEach(need);
  };
  const binds = (unit: Unit, names: ReadonlySet<string>): boolean =>
    [...unit.binds.keys()].some((name) => names.has(name));
  for (const unit of units)
    if (binds(unit, roles.flows) || binds(unit, roles.tasks) || roles.callsTask(unit) || isParameter(unit)) need(unit);
  const ran = units.filter((unit) => roles.runsFlow(unit) !== undefined && !needed.has(unit));
  const firstRun = ran[0]?.order ?? Number.POSITIVE_INFINITY;
  for (const unit of units)
    if (isDefinition(unit, roles) || (isEffect(unit, roles) && !roles.readsRun(unit) && unit.order < firstRun))
      need(unit);
  const behind = effectsBehind(units, roles, needed, firstRun);
  for (const unit of [...behind, ...ran])
    for (const name of ran.includes(unit) ? namesIn(roles.runsFlow(unit)!.args) : [...unit.eager, ...unit.lazy])
      roles
        .unitsOf(name)
        .filter((other) => other.order < firstRun && !roles.readsRun(other) && !behind.has(other))
        .forEach(need);
  const runs = runsInPlace(ran, roles, behind);

  for (const unit of units)
    if (!needed.has(unit) && !behind.has(unit) && roles.runsFlow(unit) === undefined)
      warnings.push(`Left out of ${nameOf(unit.cell)}: \`${firstLine(unit)}\`, since no flow needs it`);
  if (roles.flows.size === 0 && roles.tasks.size === 0) warnings.push("The notebook defines no flow and no task");
  const kept = inOrderOfNeed(
    units.filter((unit) => needed.has(unit)),
    roles,
  );
  const done = [...kept, ...behind, ...runs.flatMap(({ verbatim }) => verbatim ?? [])];
  const used = new Set(done.flatMap(({ eager, lazy }) => [...eager, ...lazy]));
  for (const { args } of runs) for (const name of namesIn(args)) used.add(name);
  const { before, steps } = sidesOfRuns({
    top: kept,
    runs: runs.length > 0 || ran.length > 0 || needsRun(units, roles) ? runs : everyFlow(units, roles),
    behind: [...behind],
    unitsOf: (name) => roles.unitsOf(name),
    readAtOnce: (unit) => readAtOnce(unit, roles),
    acts: (unit) => acts(unit, imports),
    nameOf,
  });
  return {
    units: before,
    steps,
    imports: imports.filter(({ local }) => local === null || used.has(local)),
    exported: new Set([...roles.flows, ...roles.tasks]),
    openCalls: kept.flatMap((unit) =>
      unit.variable && roles.callsTask(unit) && unit.calls.every(({ awaited }) => !awaited) ? [unit.variable.name] : [],
    ),
    warnings,
  };
}

/** A run that a later flow needs stands where it is, at the top. */
const needsRun = (units: readonly Unit[], roles: Roles): boolean =>
  units.some((unit) => roles.runsFlow(unit) !== undefined);

/** A notebook that ran no flow gives a script that runs all of them, behind everything else. */
function everyFlow(units: readonly Unit[], roles: Roles): FlowRun[] {
  const last = units.at(-1);
  if (!last) return [];
  return [...roles.flows].map((flow) => ({
    flow,
    args: "",
    declares: "",
    cell: last.cell,
    order: last.order + 1,
    verbatim: null,
  }));
}

/** What is done behind the first run, and what that reads: a clean-up, a message. */
function effectsBehind(
  units: readonly Unit[],
  roles: Roles,
  needed: ReadonlySet<Unit>,
  firstRun: number,
): ReadonlySet<Unit> {
  const behind = new Set<Unit>();
  const take = (unit: Unit): void => {
    if (behind.has(unit) || needed.has(unit) || unit.order < firstRun || roles.runsFlow(unit)) return;
    behind.add(unit);
    for (const name of [...unit.eager, ...unit.lazy]) roles.unitsOf(name).forEach(take);
  };
  for (const unit of units) if (unit.order > firstRun && isEffect(unit, roles)) take(unit);
  return new Set([...behind].sort((a, b) => a.order - b.order));
}

/** Each flow once, with its newest arguments, unless something is done between two of its runs. */
function runsInPlace(ran: readonly Unit[], roles: Roles, behind: ReadonlySet<Unit>): FlowRun[] {
  const read = new Set([...behind].flatMap(({ eager, lazy }) => [...eager, ...lazy]));
  const runs: FlowRun[] = [];
  for (const unit of ran) {
    const { flow, args } = roles.runsFlow(unit)!;
    const isSimple =
      unit.whole !== null &&
      roles.asRun(unit.whole) !== undefined &&
      unit.calls.filter((call) => roles.asRun(call)).length === 1;
    const isRead = [...unit.binds.keys()].some((name) => read.has(name));
    const pattern =
      unit.variable?.name === ""
        ? unit.text.slice(0, unit.text.lastIndexOf("=", unit.text.indexOf(unit.whole?.callee ?? ""))).trim()
        : "";
    const declares = !isRead
      ? ""
      : pattern !== ""
        ? pattern
        : `${unit.variable?.keyword ?? "const"} ${unit.variable?.name ?? ""}`;
    const run: FlowRun = { flow, args, declares, cell: unit.cell, order: unit.order, verbatim: isSimple ? null : unit };
    const before = runs.findLast((each) => each.flow === flow);
    const isSame =
      before?.verbatim === null &&
      run.verbatim === null &&
      ![...behind].some(({ order }) => order > before.order && order < run.order);
    if (isSame)
      runs.splice(
        runs.indexOf(before),
        1,
        declares === "" ? { ...run, declares: before.declares, order: before.order } : run,
      );
    else runs.push(run);
  }
  return runs.sort((a, b) => a.order - b.order);
}

/** Whether evaluating a statement may do something that others see. */
function acts(unit: Unit, imports: readonly ImportedName[]): boolean {
  if (unit.kind === "definition") return false;
  if (unit.kind === "effect" || unit.creates || unit.assigns) return true;
  const isOurs = ({ callee }: DirectCall): boolean =>
    imports.some(({ local, module }) => module === "cellar" && local === callee.split(".")[0]);
  return !unit.calls.every(isOurs);
}

const isParameter = ({ cell, kind }: Unit): boolean => kind === "value" && tagsOf(cell).includes("parameters");

const isDefinition = (unit: Unit, roles: Roles): boolean => unit.kind === "definition" && !roles.readsRun(unit);

/** Done for its effect, not to look at something. */
function isEffect(unit: Unit, roles: Roles): boolean {
  if (unit.kind !== "effect" || unit.displaysOnly || roles.runsFlow(unit)) return false;
  return unit.assigns || (!unit.shown && unit.calls.length > 0);
}

/** Notebook order, but what a statement reads when it runs stands before it. */
function inOrderOfNeed(units: readonly Unit[], roles: Roles): Unit[] {
  const ordered = new Set<Unit>();
  const begun = new Set<Unit>();
  const place = (unit: Unit): void => {
    if (begun.has(unit)) return;
    begun.add(unit);
    for (const other of readAtOnce(unit, roles)) if (units.includes(other)) place(other);
    ordered.add(unit);
  };
  units.forEach(place);
  return [...ordered];
}

/** Units that must have run before: those read directly, and by the functions that are read directly. */
function readAtOnce(unit: Unit, roles: Roles): Set<Unit> {
  const found = new Set<Unit>();
  const follow = (names: Iterable<string>): void => {
    for (const other of [...names].flatMap((name) => roles.unitsOf(name))) {
      if (found.has(other) || other === unit) continue;
      found.add(other);
      if (other.kind === "definition") follow(other.lazy);
    }
  };
  follow(unit.eager);
  if ([...unit.binds.keys()].some((name) => roles.flows.has(name))) follow(unit.lazy); // its body runs at once
  return found;
}

/** Whether a callee as written, `flow` or `c.flow`, is that export of the package. */
function isFromCellar(callee: string, exported: string, imports: readonly ImportedName[]): boolean {
  const [head, member] = callee.split(".");
  const found = imports.find(({ local, module }) => local === head && module === "cellar");
  if (!found) return false;
  return found.exported === "*" ? member === exported : found.exported === exported && member === undefined;
}

function firstLine({ text }: Unit): string {
  const [line = ""] = text.split(/[\r\n\u2028\u2029]/);
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}
