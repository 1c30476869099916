/** The states of a flow run, worked out the slow and obvious way: one call after another, without time. */
import { FAILED_TYPES, type StateType, SUCCESSFUL_TYPES } from "../../src/contracts/records.js";
import {
  type Counts,
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
}

const isSuccessful = ({ type }: Ended): boolean => SUCCESSFUL_TYPES.includes(type);
const isFailed = ({ type }: Ended): boolean => FAILED_TYPES.includes(type);
const isSkipped = ({ type }: Ended): boolean => type === "Skipped";
/** Whether what stands behind it has to run: something in it ran. */
const ran = ({ kept, children }: Ended): boolean => (children ? children.length === 0 || children.some(ran) : !kept);

const TRIGGERS: { readonly [name in TriggerName]: (states: readonly Ended[]) => boolean } = {
  allSuccessful: (states) => states.every(isSuccessful),
  allFailed: (states) => states.every(isFailed),
  anySuccessful: (states) => states.length === 0 || states.some(isSuccessful),
  anyFailed: (states) => states.length === 0 || states.some(isFailed),
  allFinished: () => true,
  notAllSkipped: (states) => states.every(isSuccessful) && !(states.length > 0 && states.every(isSkipped)),
};

/** A map counts by its children. */
const expanded = (ended: Ended): readonly Ended[] => (ended.children?.length ? ended.children : [ended]);

/** The end of each call; `before` is that of an earlier run that is gone on with. */
export function runModel(program: Program, counts: Counts, before: readonly Ended[] = []): Ended[] {
  const ends: Ended[] = [];
  for (const [place, step] of program.entries()) ends.push(endOf(step, ends, counts, before[place]));
  return ends;
}

/** The state of the flow from those of its calls. */
export function flowType(program: Program, ends: readonly Ended[]): StateType {
  const waitedFor = new Set(program.flatMap(waitsFor));
  const decisive = ends.filter((_, place) => !waitedFor.has(place)).flatMap(expanded);
  return decisive.some(isFailed) ? "Failed" : "Success";
}

const waitsFor = ({ takes, after, map }: Step): number[] => [
  ...new Set([...(map && "over" in map ? [map.over] : []), ...takes, ...after]),
];

function endOf(step: Step, ends: readonly Ended[], counts: Counts, before: Ended | undefined): Ended {
  const waited = waitsFor(step).map((place) => ends[place]!);
  const taken = step.takes.map((place) => ends[place]!);
  if (!step.map) return unitEnd(step, null, waited, taken, counts, before);

  const over = "over" in step.map ? ends[step.map.over]! : undefined;
  const whole = waited.filter(({ type }) => type !== "Mapped");
  const refused = whole.length > 0 ? refusal(step, whole) : undefined;
  if (refused) return refused;
  if (over && !over.children) return noList(step);
  const length = over ? over.children!.length : (step.map as { items: number }).items;
  const children = Array.from({ length }, (_, mapIndex) => {
    const line = over?.children?.[mapIndex];
    const isWhole = over !== undefined && taken.includes(over); // taken by every child, it is waited for as a whole
    const own = waitsFor(step).map((place) => (over && ends[place] === over && !isWhole ? line! : ends[place]!));
    const item = over ? line! : { type: "Success" as const, value: mapIndex, kept: true };
    return unitEnd(step, mapIndex, own, [item, ...taken], counts, before?.children?.[mapIndex]);
  });
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
  return TRIGGERS[step.trigger](states) ? undefined : { type: "TriggerFailed", kept: false };
}

function unitEnd(
  step: Step,
  mapIndex: number | null,
  waited: readonly Ended[],
  taken: readonly Ended[],
  counts: Counts,
  before: Ended | undefined,
): Ended {
  if (before && isSuccessful(before) && !before.children && !waited.some(ran)) return { ...before, kept: true };
  const refused = refusal(step, waited);
  if (refused) return refused;
  const unit = unitOf(step.name, mapIndex);
  const given = taken.map(({ value }) => value);
  for (let attempt = 1; ; attempt += 1) {
    const error = { type: "Failed", value: new Error(`of ${unit}`), kept: false } as const;
    switch (nextOutcome(step, mapIndex, counts)) {
      case "ok":
      case "success":
        return { type: "Success", value: madeOf(unit, given), kept: false };
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
