import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cellPath } from "../../kernel/protocol/cell-path.js";
import type { JsonObject } from "../../kernel/protocol/messages.js";
import { DebugClient, listed } from "./debug-client.js";
import { KernelClient } from "./kernel-client.js";

const test = suite<{ client: KernelClient; debug: DebugClient; folder: string }>("debug");
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

const SUM = `const add = (a: number, b: number): number => {
  const sum = a + b;
  return sum;
};
const first = add(1, 2);

const second = add(first, 10);
second * 2`;

test("what is offered is answered", async ({ debug }) => {
  const offered = await debug.body("initialize");
  const requests: { readonly [capability: string]: string } = {
    supportsSetVariable: "setVariable",
    supportsSetExpression: "setExpression",
    supportsModulesRequest: "modules",
    supportsLoadedSourcesRequest: "loadedSources",
    supportsConfigurationDoneRequest: "configurationDone",
    supportsBreakpointLocationsRequest: "breakpointLocations",
  };
  for (const [capability, command] of Object.entries(requests)) {
    const { message } = await debug.ask(command);
    assert.is(/there is no such request/.test(String(message)), offered[capability] !== true, command);
  }
  const { copyToGlobals } = await debug.body("debugInfo");
  const { message } = await debug.ask("copyToGlobals");
  assert.is(/there is no such request/.test(String(message)), copyToGlobals !== true);
});

test("debugInfo says how front ends find cells, also before the debugger is on", async ({ debug }) => {
  const info = await debug.body("debugInfo");
  assert.is(info.isStarted, false);
  assert.is(info.hashMethod, "Murmur2");
  assert.equal(info.breakpoints, []);
  assert.equal(info.stoppedThreads, []);
  const { sourcePath } = await debug.body("dumpCell", { code: SUM });
  assert.is(sourcePath, cellPath(SUM));
  assert.ok(String(sourcePath).startsWith(String(info.tmpFilePrefix)));
  assert.ok(String(sourcePath).endsWith(String(info.tmpFileSuffix)));
});

test("a breakpoint waits for its cell, holds it, and shows what is there", async ({ client, debug }) => {
  await debug.start();
  const [waiting] = await debug.breakAt(SUM, 6);
  assert.is(waiting!.verified, false);
  const found = debug.event("breakpoint");
  const cell = await debug.stopIn(SUM);
  const { breakpoint } = (await found).content.body as { breakpoint: JsonObject };
  assert.is(breakpoint.verified, true);
  assert.is(breakpoint.line, 7, "an empty line leads to the next one with code");
  const [top] = await debug.frames();
  assert.is(top!.source.path, cellPath(SUM));
  assert.is(`${top!.name}:${top!.line}`, "(top level):7");
  assert.equal(listed(await debug.scope("Notebook")), ["add = (a, b) => …", "first = 3"]);
  assert.equal((await debug.body("debugInfo")).stoppedThreads, [1]);
  assert.is(await debug.step("next"), "(top level):8");
  const [again] = await debug.breakAt(SUM, 2);
  assert.equal([again!.verified, again!.line], [true, 2]);
  const continued = debug.event("continued");
  await debug.body("continue", { threadId: 1 });
  await continued;
  assert.is((await client.finish(cell)).result, "26");
});

test("steps go in, over and out, in the cell's own lines", async ({ client, debug }) => {
  await debug.start();
  await debug.breakAt(SUM, 5);
  const cell = await debug.stopIn(SUM);
  assert.is(await debug.step("stepIn"), "add:2");
  assert.equal(listed(await debug.scope("Locals")), ["a = 1", "b = 2", "sum = undefined"]);
  const [, caller] = await debug.frames();
  assert.is(`${caller!.name}:${caller!.line}`, "(top level):5");
  assert.is(await debug.step("next"), "add:3");
  assert.is(await debug.step("stepOut"), "(top level):7");
  assert.is(await debug.step("next"), "(top level):8");
  await debug.body("continue");
  assert.is((await client.finish(cell)).result, "26");
});

test("a step over await stays in the cell; a step in skips the library and Node", async ({ client, debug }) => {
  const code = `import { flow, task } from "cellar";
import { readFileSync } from "node:fs";
const double = task("double", (n: number) => n * 2);
console.log("step in here");
const state = await flow("steps", () => double(21)).run();
const later = await new Promise<number>((resolve) => setTimeout(resolve, 20, 5));
readFileSync(process.execPath).length;
later`;
  await debug.start();
  await debug.breakAt(code, 4);
  const cell = await debug.stopIn(code);
  const lines: string[] = [];
  for (let place = "(top level):4"; place !== "(top level):8"; ) {
    place = await debug.step("stepIn");
    if (place !== lines.at(-1)) lines.push(place);
    assert.ok(lines.length < 10, lines.join());
  }
  assert.equal(
    [...new Set(lines.filter((place) => place.startsWith("(top level)")))],
    ["(top level):5", "(top level):6", "(top level):7", "(top level):8"],
  );
  await debug.body("continue");
  assert.is((await client.finish(cell)).result, "5");
});

test("a breakpoint in a task stops when the flow calls it; the run succeeds", async ({ client, debug }) => {
  const code = `import { flow, task } from "cellar";
const halve = task("halve", (n: number) => {
  const half = n / 2;
  return half;
});
const run = await flow("halves", () => halve(42)).run();
run.type`;
  await debug.start();
  await debug.breakAt(code, 4);
  const cell = await debug.stopIn(code);
  assert.is(await debug.place(), 'task "halve":4');
  assert.equal(listed(await debug.scope("Locals")), ["n = 42", "half = 21"]);
  await debug.body("continue");
  const { result, stderr } = await client.finish(cell);
  assert.is(result, "'Success'", stderr);
});

test("variables open; long lists come in part; names of the frame and the notebook evaluate", async ({
  client,
  debug,
}) => {
  const code = `const list = Array.from({ length: 5000 }, (_, i) => i);
const deep = { name: "x", inner: { when: new Map([["a", [1, 2]]]) }, get danger() { throw new Error("run"); } };
const use = (deep: number) => {
  return deep + list.length;
};
use(1)`;
  await debug.start();
  await debug.breakAt(code, 4);
  const cell = await debug.stopIn(code);
  const notebook = await debug.scope("Notebook");
  const items = await debug.inside(notebook.find(({ name }) => name === "list")!.variablesReference);
  assert.is(items.length, 1001);
  assert.is(items.at(-1)!.value, "4000 more");
  const deep = await debug.inside(notebook.find(({ name }) => name === "deep")!.variablesReference);
  assert.equal(listed(deep).slice(0, 1), ["name = 'x'"]);
  assert.is(deep.find(({ name }) => name === "danger")!.value, "[Getter]");
  const inner = await debug.inside(deep.find(({ name }) => name === "inner")!.variablesReference);
  assert.equal(listed(inner), ["when = Map(1) {'a' => Array(2)}"]);
  assert.is(await debug.evaluate("deep"), "1", "the frame's own name comes first");
  assert.is(await debug.evaluate("list.length + deep"), "5001");
  assert.is(await debug.evaluate("{ a: deep, list: list.length }"), "{a: 1, list: 5000}");
  assert.is(await debug.evaluate("deep = 7"), "7");
  const failed = await debug.ask("evaluate", { expression: "nothingOfThatName", context: "repl" });
  assert.is(failed.success, false);
  assert.match(String(failed.message), /nothingOfThatName is not defined/);
  await debug.body("continue");
  assert.is((await client.finish(cell)).result, "5007");
});

const THROWS: [what: string, code: string, filters: string[], stop: string | undefined][] = [
  ["uncaught", 'const a = 1;\nthrow new Error("oh");', ["uncaught"], "(top level):2"],
  ["caught", 'const a = 1;\ntry {\n  throw new Error("oh");\n} catch {}\nundefined', ["uncaught"], undefined],
  ["caught", 'const a = 1;\ntry {\n  throw new Error("oh");\n} catch {}\nundefined', ["caught"], "(top level):3"],
  ["uncaught", 'const a = 1;\nthrow new Error("oh");', ["caught"], undefined],
  ["uncaught of Node's own", 'import fs from "node:fs";\nfs.readFileSync("/none");', ["uncaught"], "(top level):2"],
  [
    "caught after an await",
    "const f = async () => {\n  await null;\n  throw new Error('oh');\n};\ntry { await f(); } catch {}\nundefined",
    ["uncaught"],
    undefined,
  ],
  [
    "uncaught after an await",
    "const f = async () => {\n  await null;\n  throw new Error('oh');\n};\nawait f();",
    ["uncaught"],
    "f:3",
  ],
];
for (const [what, code, filters, stop] of THROWS)
  test(`what is thrown ${what} ${stop ? "stops" : "does not stop"} with the filter ${filters}`, async ({
    client,
    debug,
  }) => {
    await debug.start();
    await debug.body("setExceptionBreakpoints", { filters });
    const cell = client.begin(code);
    if (stop !== undefined) {
      assert.is(await debug.untilStopped(() => {}), "exception");
      assert.is(await debug.place(), stop);
      await debug.body("continue");
    }
    const { reply } = await client.finish(cell);
    assert.is(reply.status, what.startsWith("uncaught") ? "error" : "ok");
  });

test("cells of before the debugger was switched on have their sources and breakpoints", async ({ client, debug }) => {
  const code = "const before = (n: number) => {\n  return n + 1;\n};";
  await client.execute(code);
  await debug.start();
  assert.is((await debug.body("source", { source: { path: cellPath(code) } })).content, code);
  const [breakpoint] = await debug.breakAt(code, 2);
  assert.is(breakpoint!.verified, true);
  const cell = await debug.stopIn("before(1)");
  assert.is(await debug.place(), "before:2");
  await debug.body("continue");
  assert.is((await client.finish(cell)).result, "2");
});

test("local modules: breakpoints, steps and sources in their own lines", async ({ client, debug, folder }) => {
  const text = "type N = number;\n\nexport function triple(n: N): N {\n  const result = n * 3;\n  return result;\n}\n";
  const path = join(folder, "triple.ts");
  writeFileSync(path, text);
  await debug.start();
  const [waiting] = await debug.breakIn(path, 4);
  assert.is(waiting!.verified, false);
  const cell = await debug.stopIn('import { triple } from "./triple.ts";\ntriple(14)');
  const [top] = await debug.frames();
  assert.equal([top!.source.path, top!.line], [path, 4]);
  assert.is((await debug.body("source", { source: { path } })).content, text);
  const { modules } = await debug.body<{ modules: { path: string }[] }>("modules");
  assert.ok(modules.some((module) => module.path === path));
  assert.is(await debug.step("next"), "triple:5");
  await debug.body("continue");
  assert.is((await client.finish(cell)).result, "42");
});

test("inspectVariables lists the notebook's names while nothing is paused", async ({ client, debug }) => {
  await client.execute('const shownName = { at: "top" };');
  const { variables } = await debug.body<{ variables: { name: string; value: string; type: string }[] }>(
    "inspectVariables",
  );
  const found = variables.find(({ name }) => name === "shownName")!;
  assert.equal([found.value, found.type], ["{at: 'top'}", undefined]);
  const rich = await debug.body<{ data: JsonObject }>("richInspectVariables", { variableName: "shownName" });
  assert.is(rich.data["text/plain"], "{ at: 'top' }");
});

test("disconnect lets the cell go and takes its breakpoints along", async ({ client, debug }) => {
  await debug.start();
  await debug.breakAt(SUM, 5, 7);
  const cell = await debug.stopIn(SUM);
  const terminated = debug.event("terminated");
  await debug.body("disconnect", { restart: false, terminateDebuggee: false });
  await terminated;
  assert.is((await client.finish(cell)).result, "26");
  assert.is((await client.execute(SUM)).result, "26");
  assert.equal((await debug.body("debugInfo")).breakpoints, []);
});

test("the reply and the idle of a request that lets the code run come before its next stop", async ({
  client,
  debug,
}) => {
  const code = "let sum = 0;\nfor (let i = 0; i < 30; i += 1) {\n  sum += i;\n}\nsum";
  await debug.start();
  await debug.breakAt(code, 3);
  const cell = await debug.stopIn(code);
  const before = client.iopub.length;
  for (let turn = 1; turn < 30; turn += 1) await debug.untilStopped(() => debug.body(turn % 2 ? "continue" : "next"));
  // JupyterLab shows a stop, and takes the idle of `continue` for its end.
  const events = client.iopub
    .slice(before)
    .filter(({ parent, header, content }) => {
      if (header.msg_type === "debug_event") return content.event === "stopped";
      return content.execution_state === "idle" && parent.msg_type === "debug_request";
    })
    .map(({ header }) => (header.msg_type === "status" ? "idle" : "stopped"));
  assert.equal(events, Array(29).fill(["idle", "stopped"]).flat());
  await debug.breakAt(code);
  await debug.body("continue");
  await client.finish(cell);
});

test("an interrupt ends a paused cell and keeps the variables", async ({ client, debug }) => {
  await client.execute("let kept = 41;");
  await debug.start();
  const code = "const near = 1;\ntry {\n  kept + near;\n} finally {\n  console.log('unwound');\n}";
  await debug.breakAt(code, 3);
  const cell = await debug.stopIn(code);
  const continued = debug.event("continued");
  await client.request("interrupt_request", {}, "control").reply;
  await continued;
  assert.is((await client.finish(cell)).reply.ename, "KeyboardInterrupt");
  assert.is((await client.execute("kept + 1")).result, "42");
  const again = await debug.stopIn(code);
  await debug.body("continue");
  await client.finish(again);
});

test("while a cell is paused the kernel answers", async ({ client, debug }) => {
  await debug.start();
  await debug.breakAt(SUM, 7);
  const cell = await debug.stopIn(`${SUM}`);
  const { content } = await client.request("complete_request", { code: "Math.ma", cursor_pos: 7 }).reply;
  assert.ok((content.matches as string[]).includes("max"));
  assert.is((await client.request("kernel_info_request", {}, "control").reply).content.status, "ok");
  await client.sockets.hb.send("beat");
  assert.is(String((await client.sockets.hb.receive())[0]), "beat");
  await debug.body("continue");
  await client.finish(cell);
});

test("a session that ends while it is paused leaves its breakpoints to the next one", async ({ client, debug }) => {
  const pid = Number((await client.execute("process.pid")).result);
  await debug.start();
  const [first] = await debug.breakAt(SUM, 7);
  const cell = await debug.stopIn(SUM);
  const continued = debug.event("continued");
  process.kill(pid, "SIGKILL");
  await continued;
  assert.match(String((await client.finish(cell)).reply.evalue), /killed by SIGKILL/);
  const info = await debug.body<{ isStarted: boolean; stoppedThreads: number[]; breakpoints: JsonObject[] }>(
    "debugInfo",
  );
  assert.equal([info.isStarted, info.stoppedThreads], [true, []]);
  const [listed] = info.breakpoints as { source: string; breakpoints: { id: number; line: number }[] }[];
  assert.equal([listed!.source, listed!.breakpoints.map(({ line }) => line)], [cellPath(SUM), [7]]);
  const next = await debug.stopIn(SUM);
  assert.is(await debug.place(), "(top level):7");
  const { breakpoints } = await debug.body<{ breakpoints: { breakpoints: JsonObject[] }[] }>("debugInfo");
  assert.equal(
    breakpoints[0]!.breakpoints.map(({ id, verified }) => [id, verified]),
    [[(first as unknown as { id: number }).id, true]],
  );
  await debug.body("continue");
  const { result, stderr } = await client.finish(next);
  assert.is(result, "26");
  assert.match(stderr, /variables of earlier cells are gone/);
  await client.execute("process.exit(0)");
  await debug.body("disconnect");
  assert.is((await debug.body("debugInfo")).isStarted, false);
  assert.is((await client.execute(SUM)).result, "26");
});

test.run();
