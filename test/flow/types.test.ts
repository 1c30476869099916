import { test } from "uvu";
import * as assert from "uvu/assert";
import { z } from "zod";
import {
  Failed,
  type FlowState,
  flatten,
  flow,
  Mapped,
  type Parameter,
  Pending,
  parameter,
  Queued,
  Result,
  type State,
  Success,
  type TaskCall,
  task,
  unmapped,
} from "../../src/index.js";

/** Compiles only where A and B are the same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>): void => {};

interface Row {
  readonly id: number;
  readonly name: string;
}
const extract = task("extract", async (url: string, limit?: number): Promise<Row[]> => {
  return [{ id: limit ?? 0, name: url }];
});
const count = task("count", (rows: readonly Row[]): number => rows.length);
const label = task("label", (row: Row, prefix: string, options: { shout: boolean }): string =>
  options.shout ? prefix + row.name.toUpperCase() : prefix + row.name,
);
const anything = task("anything", (value: unknown) => value);
const isBig = task("isBig", (size: number): boolean => size > 10);
const when = task("when", (flag: boolean) => (flag ? "yes" : "no"));

const typed = flow("typed", () => {
  const raw = extract("https://example.org");
  const size = count(raw);
  const labels = label.map(raw, unmapped("- "), unmapped({ shout: true }));
  return { raw, size, labels };
});

test("calls are typed by what they produce", () => {
  same<typeof typed.calls.raw, TaskCall<Row[]>>(true);
  same<typeof typed.calls.size, TaskCall<number>>(true);
  same<typeof typed.calls.labels, TaskCall<string[]>>(true);
  assert.ok(typed.calls.raw);
});

test("a run's states are typed by their calls", async () => {
  const state: FlowState = await typed.run({ store: "none" });
  const size = state.result.get(typed.calls.size);
  same<typeof size, State<number>>(true);
  same<typeof size.result, unknown>(true);
  // @ts-expect-error a state that nobody narrowed may hold an error
  const unsafe: number = size.result;
  assert.is(unsafe, 1);
  if (size.isSuccessful()) same<typeof size.result, number>(true);
  if (size.isFailed()) same<typeof size.error, Error>(true);
  const value: number = size.value();
  assert.is(value, 1);
  const labels: string[] = state.value(typed.calls.labels);
  assert.equal(labels, ["- HTTPS://EXAMPLE.ORG"]);
  const named: State = state.task("count");
  assert.is(named.result, 1);
});

test("states are typed by what they are made of, whatever they are assigned to", () => {
  const five = new Success({ result: 5 });
  same<typeof five.result, number>(true);
  const wrapped = new Success({ result: new Result({ value: "text" }) });
  same<typeof wrapped.result, string>(true);
  const plain: State = new Success({ result: 5 });
  const empty: State = new Success({});
  const counted: State<number> = new Success({ result: 5 });
  same<ReturnType<() => State>["result"], unknown>(true);
  const inLine: State = new Queued({ state: new Pending({}) });
  const mixed: State[] = [new Success({ result: 1 }), new Failed({ result: new Error("no") }), new Pending()];
  const mapped: State = new Mapped({ mapStates: mixed });
  const chosen: State = mixed.length > 2 ? new Success({ result: 1 }) : new Failed({ message: "no" });
  // @ts-expect-error text is no number
  const wrong: State<number> = new Success({ result: "5" });
  for (const state of [plain, empty, counted, inLine, mapped, chosen, wrong]) assert.ok(state.type);
});

test("run() of a task keeps the function's own type", () => {
  const rows: Promise<Row[]> = extract.run("u", 1);
  same<Parameters<typeof extract.run>, [url: string, limit?: number]>(true);
  assert.ok(rows);
});

const sumAll = task("sumAll", (first: number, ...rest: number[]): number => rest.reduce((a, b) => a + b, first));
const nothing = task("nothing", (): void => {});
const first = task("first", <T>(list: readonly T[]): T | undefined => list[0]);
const either = task("either", (flag: boolean): string | number => (flag ? "x" : 1));

test("rest parameters, no result, unions and generics keep their types", () => {
  const calls = flow("kinds", () => {
    const sum = sumAll(1, sumAll(2), 3);
    const mapped = sumAll.map([1, 2], unmapped(3));
    return { sum, mapped, none: nothing(), one: either(true), first: first([1, 2]) };
  }).calls;
  same<typeof calls.sum, TaskCall<number>>(true);
  same<typeof calls.mapped, TaskCall<number[]>>(true);
  same<typeof calls.none, TaskCall<void>>(true);
  same<typeof calls.one, TaskCall<string | number>>(true);
  same<typeof calls.first, TaskCall<unknown>>(true); // a task's type cannot follow each call's own T
  assert.ok(calls.sum);
});

test("a parameter has the type of its schema or of its default", () => {
  const limit = parameter("limit", { schema: z.number().int() });
  same<typeof limit, Parameter<number>>(true);
  const url = parameter("url", { default: "https://example.org" });
  same<typeof url, Parameter<string>>(true);
  const calls = flow("with parameters", () => ({ rows: extract(url, limit), sum: sumAll(limit) })).calls;
  same<typeof calls.rows, TaskCall<Row[]>>(true);
  assert.ok(calls.rows);
});

test("awaiting a call gives what the task's function gives", async () => {
  const check = async (): Promise<void> => {
    const rows = await extract("u");
    same<typeof rows, Row[]>(true);
    const labels = await label.map(rows, unmapped("- "), unmapped({ shout: true }));
    same<typeof labels, string[]>(true);
  };
  assert.type(check, "function"); // the compiler has looked at it
});

/** Never called: what stands here is checked by the compiler. */
export function refused(): void {
  flow("refused", () => {
    const raw = extract("u");
    const flag = isBig(3);
    when(flag);
    when(true);
    anything(raw);
    anything([raw, { deep: raw }]);
    extract(parameter<string>("url"));
    label({ id: 1, name: task("name", () => "n")() }, "p", { shout: isBig(1) });
    label.map([{ id: 1, name: "a" }], unmapped("p"), [{ shout: true }]);
    count(flatten.length > 0 ? raw : []);
    label.map(flatten([raw, raw]), unmapped("p"), unmapped({ shout: false }));
    // @ts-expect-error a rest argument is no number
    sumAll(1, "2");
    // @ts-expect-error a parameter of numbers is no URL
    extract(parameter<number>("n"));
    // @ts-expect-error a number is no URL
    extract(1);
    // @ts-expect-error a call that produces a number is no URL
    extract(count(raw));
    // @ts-expect-error an argument is missing
    count();
    // @ts-expect-error there is no third argument
    extract("u", 1, 2);
    // @ts-expect-error the nested call produces rows, not a boolean
    label({ id: 1, name: "n" }, "p", { shout: raw });
    // @ts-expect-error a plain value is no list
    label.map(raw, "p", unmapped({ shout: true }));
    // @ts-expect-error the items are numbers, not rows
    label.map([1, 2], unmapped("p"), unmapped({ shout: true }));
    // @ts-expect-error "soon" is no duration
    task("t", () => 1, { timeout: "soon" });
  });
}

test.run();
