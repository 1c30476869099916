/** Random flow programs: what is run for real, and what the reference model works out on paper. */
import {
  Failed,
  type Flow,
  flow,
  Skipped,
  type State,
  Success,
  signals,
  type TaskCall,
  type Trigger,
  task,
  triggers,
  unmapped,
} from "../../src/index.js";
import type { Dice } from "../reliability/dice.js";

/** What a task does in one call. */
export type Outcome = "ok" | "throw" | "fail" | "skip" | "success" | "triggerFail" | "retry" | "loop" | "pause";
const { allSuccessful, allFailed, anySuccessful, anyFailed, allFinished, notAllSkipped, manualOnly } = triggers;
/** Every kind of trigger, the person's own function included. */
const TRIGGERS = {
  allSuccessful,
  allFailed,
  anySuccessful,
  anyFailed,
  allFinished,
  notAllSkipped,
  manualOnly,
  oneFailed: triggers.someFailed({ atLeast: 1 }),
  fewFailed: triggers.someFailed({ atMost: 1 }),
  halfSuccessful: triggers.someSuccessful({ atLeast: 0.5 }),
  ownOdd: (upstream: readonly State[]) => upstream.length % 2 === 1,
  ownThrows: () => {
    throw new Error("the trigger's own");
  },
} satisfies { readonly [name: string]: Trigger };
export type TriggerName = keyof typeof TRIGGERS;
const TRIGGER_NAMES = Object.keys(TRIGGERS) as TriggerName[];

/** One call of a program; others are meant by their place in the list, which is before its own. */
export interface Step {
  readonly name: string;
  /** Calls whose values it takes. */
  readonly takes: readonly number[];
  /** Calls it only waits for. */
  readonly after: readonly number[];
  readonly trigger: TriggerName;
  readonly skipOnUpstreamSkip: boolean;
  readonly maxRetries: number;
  /** Its results are taken again for the same inputs. */
  readonly cached: boolean;
  /** Some steps decide the flow's state where any says so. */
  readonly isReference: boolean;
  /** What it is given to have ended in, where a run is given states. */
  readonly given: "Success" | "Skipped" | "Failed" | null;
  /** Mapped over so many items; over the children of another mapped call; or not at all. */
  readonly map: { readonly items: number } | { readonly over: number } | null;
  /** What each call of it does in turn, the last one from then on; by map index where it is mapped. */
  readonly script: readonly (readonly Outcome[])[];
}
export type Program = readonly Step[];

const MOST_CHILDREN = 3;

export function randomProgram(dice: Dice): Program {
  const steps: Step[] = [];
  const size = 1 + dice.below(8);
  for (let index = 0; index < size; index += 1) {
    const some = (most: number) =>
      [...new Set(Array.from({ length: dice.below(most + 1) }, () => dice.below(index)))].filter(() => index > 0);
    const mappedBefore = steps.flatMap(({ map }, place) => (map ? [place] : []));
    const trigger = dice.chance(0.6) ? "allSuccessful" : dice.pick(TRIGGER_NAMES);
    const map = randomMap(dice, mappedBefore);
    steps.push({
      name: `t${index}`,
      takes: some(2),
      after: some(1),
      trigger,
      skipOnUpstreamSkip: dice.chance(0.7),
      maxRetries: dice.pick([0, 0, 1, 2]),
      map,
      // Errors as inputs hold stacks, which never are the same; children given the same race for the cache.
      cached: trigger === "allSuccessful" && !(map && "over" in map) && dice.chance(0.25),
      isReference: dice.chance(0.08),
      given: map === null && dice.chance(0.08) ? dice.pick(["Success", "Skipped", "Failed"]) : null,
      script: Array.from({ length: MOST_CHILDREN }, () => randomScript(dice)),
    });
  }
  return steps;
}

function randomMap(dice: Dice, mappedBefore: readonly number[]): Step["map"] {
  if (!dice.chance(0.3)) return null;
  if (mappedBefore.length > 0 && dice.chance(0.5)) return { over: dice.pick(mappedBefore) };
  return { items: dice.below(MOST_CHILDREN + 1) };
}

const randomScript = (dice: Dice): Outcome[] => {
  const odd: readonly Outcome[] = [
    "throw",
    "throw",
    "fail",
    "skip",
    "success",
    "triggerFail",
    "retry",
    "loop",
    "pause",
  ];
  const script = Array.from({ length: dice.below(3) }, () => (dice.chance(0.5) ? dice.pick(odd) : "ok"));
  return [...script, dice.chance(0.85) ? "ok" : dice.pick(["throw", "skip"])];
};

/** How often each unit ("t3", "t3[1]") was called, over all runs of a program. */
export type Counts = Map<string, number>;

export const unitOf = (name: string, mapIndex: number | null): string =>
  mapIndex === null ? name : `${name}[${mapIndex}]`;

/** Counts a call and says what it does. */
export function nextOutcome(step: Step, mapIndex: number | null, counts: Counts): Outcome {
  const unit = unitOf(step.name, mapIndex);
  const count = counts.get(unit) ?? 0;
  counts.set(unit, count + 1);
  const script = step.script[mapIndex ?? 0]!;
  return script[Math.min(count, script.length - 1)]!;
}

/** What a unit gives when it was given these values. */
export const madeOf = (unit: string, given: readonly unknown[]): string => `${unit}(${given.map(describe).join(" ")})`;

/** A value as it stands in what is made of it. */
export function describe(value: unknown): string {
  if (value instanceof Error) return `error ${value.message}`;
  return Array.isArray(value) ? `[${value.map(describe).join(" ")}]` : String(value);
}

/** States to give to a run, by call name. */
export function givenStates(program: Program): { [name: string]: State } {
  const made = {
    Success: (name: string) => new Success<unknown>({ result: givenValue(name) }),
    Skipped: () => new Skipped<unknown>({}),
    Failed: (name: string) => new Failed<unknown>({ result: new Error(`of ${name}, given`) }),
  };
  return Object.fromEntries(program.flatMap(({ name, given }) => (given ? [[name, made[given](name)]] : [])));
}
export const givenValue = (name: string): string => `${name} given`;

/** The program as a flow. `mapIndexOf` tells which child asks. */
export function buildFlow(
  program: Program,
  flowName: string,
  counts: Counts,
  mapIndexOf: () => number | null,
): Flow<TaskCall[]> {
  const body = (): TaskCall[] => {
    const calls: TaskCall[] = [];
    for (const step of program) calls.push(callOf(step, flowName, calls, counts, mapIndexOf));
    return calls;
  };
  if (!program.some((step) => step.isReference)) return flow(flowName, body);
  return flow(flowName, body, {
    referenceTasks: (calls) => calls.filter((_, place) => program[place]!.isReference),
  });
}

function callOf(
  step: Step,
  flowName: string,
  calls: readonly TaskCall[],
  counts: Counts,
  mapIndexOf: () => number | null,
): TaskCall {
  const made = task(
    step.name,
    (...given: unknown[]) => {
      const mapIndex = mapIndexOf();
      const unit = unitOf(step.name, mapIndex);
      switch (nextOutcome(step, mapIndex, counts)) {
        case "ok":
          return madeOf(unit, given);
        case "success":
          throw signals.success(madeOf(unit, given));
        case "throw":
          throw new Error(`of ${unit}`);
        case "fail":
          throw signals.fail(`of ${unit}`);
        case "skip":
          throw signals.skip();
        case "triggerFail":
          throw signals.triggerFail();
        case "retry":
          throw signals.retry();
        case "loop":
          throw signals.loop("round");
        case "pause":
          throw signals.pause();
      }
    },
    {
      trigger: TRIGGERS[step.trigger],
      ...(step.cached && { cacheFor: "1h", cacheKey: `${flowName} ${step.name}` }),
      skipOnUpstreamSkip: step.skipOnUpstreamSkip,
      maxRetries: step.maxRetries,
    },
  );
  const taken = step.takes.map((place) => calls[place]!);
  const call = step.map
    ? made.map(
        "over" in step.map
          ? (calls[step.map.over]! as TaskCall<unknown[]>)
          : Array.from({ length: step.map.items }, (_, item) => item),
        ...taken.map((each) => unmapped(each)),
      )
    : made(...taken);
  return call.after(...step.after.map((place) => calls[place]!));
}
