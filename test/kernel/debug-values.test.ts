import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Variable } from "../../kernel/protocol/debug-messages.js";
import type { JsonObject } from "../../kernel/protocol/messages.js";
import { DebugClient } from "./debug-client.js";
import { KernelClient } from "./kernel-client.js";

/** What a person does at a breakpoint: conditions, counts, messages, other values, completions, names for later. */

const test = suite<{ client: KernelClient; debug: DebugClient; folder: string }>("debug values");
test.before(async (context) => {
  context.folder = mkdtempSync(join(tmpdir(), "cellar-debug-"));
  context.client = await KernelClient.start({ folder: context.folder });
  context.debug = new DebugClient(context.client);
});
test.after(async ({ client, folder }) => {
  await client.close();
  rmSync(folder, { recursive: true });
});
test.after.each(async ({ debug }) => {
  await debug.ask("disconnect");
});

const LOOP = `interface Item { readonly id: number; readonly tags: string[] }
const limit = 3;
const seen: number[] = [];
const visit = (item: Item, at: number): void => {
  const doubled = item.id * 2;
  seen.push(doubled + at);
};
for (let i = 0; i < 6; i += 1) visit({ id: i, tags: ["t" + i] }, i);
seen.length`;
const LINE = 6;

type Shown = { readonly id: number; readonly verified: boolean; readonly line: number; readonly message?: string };

async function set(debug: DebugClient, code: string, breakpoints: JsonObject[]): Promise<readonly Shown[]> {
  const { sourcePath } = await debug.body("dumpCell", { code });
  return (await debug.body<{ breakpoints: Shown[] }>("setBreakpoints", { source: { path: sourcePath! }, breakpoints }))
    .breakpoints;
}
/** Runs a cell to its end; gives what an expression was at each stop. */
async function stops(client: KernelClient, debug: DebugClient, code: string, expression: string): Promise<string[]> {
  const values: string[] = [];
  const nextStop = (): Promise<string> => {
    const next = debug.event("stopped").then(() => "stopped");
    next.catch(() => {}); // after the last stop none comes
    return next;
  };
  let stop = nextStop();
  const ended = client.finish(client.begin(code)).then(() => "ended");
  while ((await Promise.race([ended, stop])) === "stopped") {
    values.push(await debug.evaluate(expression));
    stop = nextStop();
    await debug.body("continue");
  }
  return values;
}

const CONDITIONS: [what: string, breakpoint: JsonObject, at: string[]][] = [
  ["a condition", { condition: "at === 2" }, ["2"]],
  ["a condition over notebook names", { condition: "at > limit" }, ["4", "5"]],
  ["a condition in TypeScript", { condition: "(item as Item).id! > 4" }, ["5"]],
  ["a condition with a type argument", { condition: "new Set<number>([1, 3]).has(at);" }, ["1", "3"]],
  ["a condition that throws", { condition: "nothing.at.all" }, []],
  ["a hit count", { hitCondition: "3" }, ["2"]],
  ["a hit count of at least", { hitCondition: ">= 5" }, ["4", "5"]],
  ["a hit count below", { hitCondition: "<2" }, ["0"]],
  ["every second hit", { hitCondition: "%2" }, ["1", "3", "5"]],
  ["a hit count of those that a condition lets through", { condition: "at % 2 === 1", hitCondition: "== 2" }, ["3"]],
  ["an empty condition", { condition: "", hitCondition: " " }, ["0", "1", "2", "3", "4", "5"]],
  ["a message", { logMessage: "at {at}" }, []],
];
for (const [what, breakpoint, at] of CONDITIONS)
  test(`${what} stops at ${at.length > 0 ? at.join(", ") : "nothing"}`, async ({ client, debug }) => {
    await debug.start();
    const [shown] = await set(debug, LOOP, [{ line: LINE, ...breakpoint }]);
    assert.not(/Cannot/.test(shown!.message ?? ""), shown!.message);
    assert.equal(await stops(client, debug, LOOP, "at"), at);
  });

const BAD: [what: string, breakpoint: JsonObject, message: RegExp][] = [
  ["a condition that is no code", { condition: "at ===" }, /Cannot use condition "at ===": Unexpected token/],
  ["a condition of statements", { condition: "if (at) {}" }, /Cannot use condition "if \(at\) \{\}": /],
  ["a condition that awaits", { condition: "await at" }, /nothing can be awaited there/],
  ["a hit count that is none", { hitCondition: "often" }, /Cannot use hit count "often": write a number/],
  ["a message with bad code", { logMessage: "{at +}" }, /Cannot use expression "at \+"/],
];
for (const [what, breakpoint, message] of BAD)
  test(`${what} fails its own breakpoint alone`, async ({ client, debug }) => {
    await debug.start();
    const shown = await set(debug, LOOP, [
      { line: 5, ...breakpoint },
      { line: LINE, condition: "at === 1" },
    ]);
    assert.is(shown[0]!.verified, false);
    assert.match(shown[0]!.message!, message);
    assert.equal(await stops(client, debug, LOOP, "at"), ["1"]);
  });

test("a message prints into its cell and as output of the debugger, values and what throws included", async ({
  client,
  debug,
}) => {
  await debug.start();
  const message = "at {at}: {item.tags as string[]}, {({ a: 1 }).a}, {nothing.x} and { no brace";
  await set(debug, LOOP, [{ line: LINE, condition: "at < 2", logMessage: message }]);
  const output = debug.event("output");
  const { stdout, result } = await client.execute(LOOP);
  assert.is(result, "6");
  assert.is(
    stdout,
    [0, 1].map((at) => `at ${at}: [ 't${at}' ], 1, <nothing is not defined> and { no brace\n`).join(""),
  );
  assert.equal((await output).content.body, {
    category: "console",
    output: "at 0: [ 't0' ], 1, <nothing is not defined> and { no brace\n",
  });
});

const pick = (variables: readonly Variable[], name: string): Variable =>
  variables.find((variable) => variable.name === name)!;

test("setVariable changes locals, notebook names and members, from TypeScript", async ({ client, debug }) => {
  await debug.start();
  await set(debug, LOOP, [{ line: LINE, condition: "at === 0" }]);
  const cell = await debug.stopIn(LOOP);
  const referenceOf = async (scope: string): Promise<number> => {
    const [top] = await debug.frames();
    const { scopes } = await debug.body<{ scopes: { name: string; variablesReference: number }[] }>("scopes", {
      frameId: top!.id,
    });
    return scopes.find(({ name }) => name === scope)!.variablesReference;
  };
  const setVariable = (variablesReference: number, name: string, value: string) =>
    debug.body("setVariable", { variablesReference, name, value });
  const locals = await referenceOf("Locals");
  assert.is((await setVariable(locals, "doubled", "(40 as number) + at")).value, "40");
  assert.is(await debug.evaluate("doubled"), "40");
  const notebook = await referenceOf("Notebook");
  assert.is((await setVariable(notebook, "limit", "limit * 7")).value, "21");
  assert.is(await debug.evaluate("limit"), "21");
  const item = pick(await debug.inside(locals), "item");
  const changed = await setVariable(item.variablesReference, "tags", "[`a`, 'b'] satisfies string[]");
  assert.equal([changed.value, changed.indexedVariables], ["Array(2) ['a', 'b']", 2]);
  assert.is(await debug.evaluate("item.tags.join()"), "'a,b'");
  const missing = await debug.ask("setVariable", { variablesReference: locals, name: "noSuch", value: "1" });
  assert.is(missing.success, false);
  assert.match(String(missing.message), /Cannot set "noSuch": there is no such variable/);
  const wrong = await debug.ask("setVariable", { variablesReference: locals, name: "doubled", value: "nothing + 1" });
  assert.match(String(wrong.message), /nothing is not defined/);
  const set2 = await debug.body("setExpression", { expression: "item.id", value: "9 as number", frameId: 0 });
  assert.is(set2.value, "9");
  await debug.body("continue");
  await client.finish(cell);
  assert.is((await client.execute("[limit, seen[0]]")).result, "[ 21, 40 ]");
});

test("a watch and the console take TypeScript, and await where the thread runs", async ({ client, debug }) => {
  await client.execute(
    "const slow = (n: number): Promise<number> => new Promise((resolve) => setTimeout(resolve, 20, n));",
  );
  await debug.start();
  const ask = (expression: string) => debug.ask("evaluate", { expression, context: "repl" });
  assert.is(((await ask("await slow(3) as number + 1")).body as JsonObject).result, "4");
  assert.is(((await ask("(await slow(20))! * 2;")).body as JsonObject).result, "40");
  assert.match(String((await ask("await Promise.reject(new Error('late'))")).message), /late/);
  assert.match(String((await ask("1 +")).message), /Unexpected/);
  await set(debug, LOOP, [{ line: LINE, condition: "at === 1" }]);
  const cell = await debug.stopIn(LOOP);
  assert.is(await debug.evaluate("(item as Item).id satisfies number"), "1");
  const [top] = await debug.frames();
  const held = await debug.ask("evaluate", { expression: "await slow(1)", frameId: top!.id, context: "watch" });
  assert.match(String(held.message), /the code is paused/);
  await debug.body("continue");
  await client.finish(cell);
});

const COMPLETIONS: [text: string, found: string[], missing: string[]][] = [
  ["doub", ["doubled"], ["item"]],
  ["lim", ["limit"], []],
  ["1 + item.", ["id", "tags"], ["doubled"]],
  ["item.tags.jo", ["join"], ["push"]],
  ["item.tags[0].toUp", ["toUpperCase"], []],
  ["Math.ma", ["max"], ["min"]],
  ["encodeURIC", ["encodeURIComponent"], []],
  ["noSuch.", [], ["id"]],
];
test("completions of the console know the frame, the notebook, globals and members", async ({ client, debug }) => {
  await debug.start();
  await set(debug, LOOP, [{ line: LINE, condition: "at === 1" }]);
  const cell = await debug.stopIn(LOOP);
  const [top] = await debug.frames();
  for (const [text, found, missing] of COMPLETIONS) {
    const { targets } = await debug.body<{ targets: { label: string }[] }>("completions", {
      frameId: top!.id,
      text,
      column: text.length + 1,
    });
    const labels = targets.map(({ label }) => label);
    for (const label of found) assert.ok(labels.includes(label), `${text}: ${label} in ${labels}`);
    for (const label of missing) assert.not(labels.includes(label), `${text}: ${label}`);
  }
  await debug.body("continue");
  await client.finish(cell);
});

const COPIED: [from: string, use: string, result: string, wrong: string][] = [
  ["doubled", "copied.toFixed(1)", "'2.0'", "copied.toUpperCase()"],
  ["item", "copied.tags[0]!.toUpperCase()", "'T1'", "copied.none"],
  ["{ when: new Date(0), list: [1, 'a'] }", "copied.when.getTime()", "0", "copied.list[0].toFixed()"],
  ["new Map([[1, { a: true }]])", "copied.get(1)!.a", "true", "copied.get('1')"],
  ["null", "copied === null", "true", "copied.a"],
];
for (const [from, use, result, wrong] of COPIED)
  test(`${from} copied to globals has a type for later cells`, async ({ client, debug }) => {
    await debug.start();
    await set(debug, LOOP, [{ line: LINE, condition: "at === 1" }]);
    const cell = await debug.stopIn(LOOP);
    const [top] = await debug.frames();
    const copy = { srcVariableName: from, dstVariableName: "copied", srcFrameId: top!.id };
    await debug.body("copyToGlobals", copy);
    const refused = await debug.ask("copyToGlobals", { ...copy, dstVariableName: "no name" });
    assert.match(String(refused.message), /that is no name/);
    await debug.body("continue");
    await client.finish(cell);
    const used = await client.execute(use);
    assert.is(used.result, result, JSON.stringify(used.reply));
    assert.match(String((await client.execute(wrong)).reply.ename), /TypeCheckError/);
  });

test("frames have names: callbacks by what calls them, waiting functions by their own", async ({ client, debug }) => {
  const code = `const inner = async (n: number): Promise<number> => {
  await null;
  return [n].map((each) => each + 1)[0]!;
};
const outer = async () => inner(1);
await Promise.all([1].map(async () => {
  await outer();
}));`;
  await debug.start();
  await set(debug, code, [{ line: 3, condition: "typeof each !== 'undefined'" }]);
  const [shown] = await set(debug, code, [{ line: 3 }]);
  assert.ok(shown);
  const cell = await debug.stopIn(code);
  const names = (await debug.frames()).map(({ name }) => name);
  assert.not(
    names.some((name) => /anonymous/.test(name)),
    names.join(),
  );
  assert.is(names[0], "inner");
  assert.ok(names.includes("async callback of map"), names.join());
  assert.is(await debug.step("stepIn"), "callback of map:3");
  await set(debug, code, []);
  await debug.body("continue");
  await client.finish(cell);
});

test.run();
