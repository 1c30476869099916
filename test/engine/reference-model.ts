/** The states of a flow run, worked out the slow and obvious way: one call after another, without time. */
import { FAILED_TYPES, FINISHED_TYPES, type StateType, SUCCESSFUL_TYPES } from "../../src/contracts/records.js";
import {
  type Counts,
  describe,
  givenValue,
  madeOf,
  nextOutcome,
  type Program,
  type Step,
  type TriggerName,
  unitOf,
} from "./random-program.js";

/** How a unit ended. */
export interface Ended {
  readonly type: StateType;
  readonly value?: unknown;
  /** It was kept from the run before. */
  readonly kept: boolean;
  /** Of a mapped call that has children. */
  readonly children?: readonly Ended[];
  /** Children that it had in an earlier run, where it came to none in this one. */
  readonly left?: readonly Ended[] | undefined;
}

const isSuccessful = ({ type }: Ended): boolean => SUCCESSFUL_TYPES.includes(type);
const isFailed = ({ type }: Ended): boolean => FAILED_TYPES.includes(type);
const isFinished = ({ type }: Ended): boolean => FINISHED_TYPES.includes(type);
const isSkipped = ({ type }: Ended): boolean => type === "Skipped";
/** Whether what stands behind it has to run: something in it ran. */
const ran = ({ kept, children }: Ended): boolean => (children ? children.length === 0 || children.some(ran) : !kept);

const TRIGGERS: { readonly [name in TriggerName]: (states: readonly Ended[]) => boolean | "pause" } = {
  allSuccessful: (states) => states.every(isSuccessful),
  allFailed: (states) => states.every(isFailed),
  anySuccessful: (states) => states.length === 0 || states.some(isSuccessful),
  anyFailed: (states) => states.length === 0 || states.some(isFailed),
  allFinished: () => true,
  notAllSkipped: (states) => states.every(isSuccessful) && !(states.length > 0 && states.every(isSkipped)),
  manualOnly: () => "pause",
  oneFailed: (states) => states.filter(isFailed).length >= 1,
  fewFailed: (states) => states.filter(isFailed).length <= 1,
  halfSuccessful: (states) => states.filter(isSuccessful).length >= states.length / 2,
  ownOdd: (states) => states.length % 2 === 1,
  ownThrows: () => false,
};

/** A map counts by its children. */
const expanded = (ended: Ended): readonly Ended[] =>
  ended.type === "Mapped" && ended.children?.length ? ended.children : [ended];

/** What outlives a run: how often each unit was called, and what is in the cache. */
export interface Memory {
  readonly counts: Counts;
  /**
   * What each unit left to be taken, with what it was made from; null where nothing is stored. A task run has one row:
   * what it ended in later stands in place of what may be taken.
   */
  readonly cache: Map<string, { readonly key: string; readonly value: unknown }> | null;
}

/** The end of each call; `before` is that of an earlier run that is gone on with. */
export function runModel(
  program: Program,
  memory: Memory,
  { before = [], areGiven = false }: { before?: readonly Ended[] | undefined; areGiven?: boolean } = {},
): Ended[] {
  const ends: Ended[] = [];
  for (const [place, step] of program.entries())
    ends.push(areGiven && step.given ? givenEnd(step, step.given) : endOf(step, ends, memory, before[place]));
  return ends;
}

function givenEnd({ name }: Step, type: NonNullable<Step["given"]>): Ended {
  const values = { Success: givenValue(name), Skipped: undefined, Failed: new Error(`of ${name}, given`) };
  return { type, value: values[type], kept: true };
}

/** The state of the flow from those of its calls. */
export function flowType(program: Program, ends: readonly Ended[]): StateType {
  const waitedFor = new Set(program.flatMap(waitsFor));
  const terminal = ends.filter((_, place) => !waitedFor.has(place));
  const reference = program.some((step) => step.isReference)
    ? ends.filter((_, place) => program[place]!.isReference)
    : terminal;
  if (![...terminal, ...reference].flatMap(expanded).every(isFinished)) return "Paused"; // nothing else waits in the end
  const decisive = reference.flatMap(expanded);
  return decisive.some(isFailed) ? "Failed" : "Success";
}

const waitsFor = ({ takes, after, map }: Step): number[] => [
  ...new Set([...(map && "over" in map ? [map.over] : []), ...takes, ...after]),
];

function endOf(step: Step, ends: readonly Ended[], memory: Memory, before: Ended | undefined): Ended {
  const taken = step.takes.map((place) => ends[place]!);
  const over = step.map && "over" in step.map ? ends[step.map.over]! : undefined;
  const isLine = over?.children !== undefined && !taken.includes(over); // each child waits for its own line alone
  const waited = waitsFor(step).map((place) => ends[place]!);
  if (!waited.every((each) => isFinished(each) || (isLine && each === over))) return { type: "Pending", kept: false };
  if (!step.map) return unitEnd(step, null, waited, taken, memory, before);

  const whole = waited.filter((each) => each.type !== "Mapped" && !(isLine && each === over));
  const refused = whole.length > 0 ? refusal(step, whole) : undefined;
  const left = before?.children ?? before?.left;
  if (refused && refused.type !== "Paused") return { ...refused, left }; // its children pause, one by one
  if (over && !over.children) return { ...noList(step), left };
  const length = over ? over.children!.length : (step.map as { items: number }).items;
  const children = Array.from({ length }, (_, mapIndex) => {
    const line = over?.children?.[mapIndex];
    const own = waited.map((each) => (isLine && each === over ? line! : each));
    if (!own.every(isFinished)) return { type: "Pending" as const, kept: false };
    const item = over ? line! : { type: "Success" as const, value: mapIndex, kept: true };
    return unitEnd(step, mapIndex, own, [item, ...taken], memory, left?.[mapIndex]);
  });
  if (!children.every(isFinished)) {
    const isPaused = children.some(({ type }) => type === "Paused");
    return { type: isPaused ? "Paused" : "Pending", kept: false, children };
  }
  return {
    type: "Mapped",
    value: children.map(({ value }) => value),
    kept: !(length === 0 || children.some(ran)),
    children,
  };
}

const noList = ({ name }: Step): Ended => {
  const value = new Error(`Cannot map "${name}": input "given[0]" is no list`);
  return { type: "Failed", value, kept: false };
};

function refusal(step: Step, waited: readonly Ended[]): Ended | undefined {
  const states = waited.flatMap(expanded);
  if (step.skipOnUpstreamSkip && states.some(isSkipped)) return { type: "Skipped", kept: false };
  if (step.trigger === "ownThrows")
    return { type: "TriggerFailed", value: new Error("the trigger's own"), kept: false };
  const decided = TRIGGERS[step.trigger](states);
  if (decided === "pause") return { type: "Paused", kept: false };
  return decided ? undefined : { type: "TriggerFailed", kept: false };
}

function unitEnd(
  step: Step,
  mapIndex: number | null,
  waited: readonly Ended[],
  taken: readonly Ended[],
  memory: Memory,
  before: Ended | undefined,
): Ended {
  const { cache } = memory;
  if (before?.type === "Paused") return before; // until somebody resumes it
  if (before && isSuccessful(before) && !before.children && !waited.some(ran)) return { ...before, kept: true };
  const unit = unitOf(step.name, mapIndex);
  const ended = runUnit(step, mapIndex, { waited, taken }, memory);
  if (ended.type === "Cached") cache?.set(unit, { key: cacheKeyOf(step, taken), value: ended.value });
  else cache?.delete(unit);
  return ended;
}

const cacheKeyOf = (step: Step, taken: readonly Ended[]): string =>
  `${step.name} ${describe(taken.map(({ value }) => value))}`;

function runUnit(
  step: Step,
  mapIndex: number | null,
  { waited, taken }: { readonly waited: readonly Ended[]; readonly taken: readonly Ended[] },
  { counts, cache }: Memory,
): Ended {
  const refused = refusal(step, waited);
  if (refused?.type === "Skipped") return refused;
  const key = cacheKeyOf(step, taken);
  const hit = step.cached && [...(cache?.values() ?? [])].find((entry) => entry.key === key);
  if (hit) return { type: "Cached", value: hit.value, kept: false };
  if (refused) return refused;
  const unit = unitOf(step.name, mapIndex);
  const given = taken.map(({ value }) => value);
  for (let attempt = 1; ; attempt += 1) {
    const error = { type: "Failed", value: new Error(`of ${unit}`), kept: false } as const;
    switch (nextOutcome(step, mapIndex, counts)) {
      case "ok":
      case "success": {
        const type = step.cached ? "Cached" : "Success";
        return { type, value: madeOf(unit, given), kept: false };
      }
      case "pause":
        return { type: "Paused", kept: false };
      case "loop":
        attempt = 0; // a round of a loop has attempts of its own
        break;
      case "skip":
        return { type: "Skipped", kept: false };
      case "triggerFail":
        return { type: "TriggerFailed", kept: false };
      case "throw":
      case "fail":
        if (attempt > step.maxRetries) return error;
        break;
      case "retry":
        break;
    }
  }
}
