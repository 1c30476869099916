import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { KernelClient } from "./kernel-client.js";

const test = suite<{ client: KernelClient }>("execute");
test.before(async (context) => {
  context.client = await KernelClient.start();
});
test.after(({ client }) => client.close());

test("the last expression is the result", async ({ client }) => {
  const { reply, result, outputs } = await client.execute("const a: number = 20; a + 22");
  assert.is(reply.status, "ok");
  assert.is(result, "42");
  assert.equal(reply.payload, []);
  assert.equal(
    outputs.map(({ header }) => header.msg_type),
    ["execute_input", "execute_result"],
  );
  assert.is(outputs[1]!.content.execution_count, reply.execution_count);
  assert.equal(outputs[1]!.content.transient, {});
});

test("a reply says when the cell started", async ({ client }) => {
  const reply = await client.begin("1").reply;
  assert.ok(!Number.isNaN(Date.parse(String(reply.metadata.started))));
});

test("console text arrives in order, of both streams", async ({ client }) => {
  const { stdout, stderr } = await client.execute(
    'console.log("out", 1); console.error("err"); console.log("out", 2);',
  );
  assert.is(stdout, "out 1\nout 2\n");
  assert.is(stderr, "err\n");
});

test("10 000 console lines are complete before idle, in few messages", async ({ client }) => {
  const { stdout, outputs } = await client.execute('for (let i = 0; i < 10_000; i += 1) console.log("line " + i);');
  assert.is(stdout, Array.from({ length: 10_000 }, (_, at) => `line ${at}\n`).join(""));
  assert.ok(outputs.length < 200, `${outputs.length} messages`);
});

test("what a child process writes is shown before idle", async ({ client }) => {
  const { stdout } = await client.execute(
    'import { execFileSync } from "node:child_process";\nexecFileSync("echo", ["from a child"], { stdio: "inherit" });',
  );
  assert.is(stdout, "from a child\n");
});

test("a late output belongs to the cell that caused it", async ({ client }) => {
  const late = client.begin(`let released = false;
    const looking = setInterval(() => {
      if (!released) return;
      clearInterval(looking);
      console.log("late");
    }, 5);`);
  await client.finish(late);
  const arrived = client.next(({ header, content }) => header.msg_type === "stream" && content.text === "late\n");
  await client.execute("released = true;");
  assert.is((await arrived).parent.msg_id, late.id);
});

test("an error is published and in the reply, in the cell's own coordinates", async ({ client }) => {
  const { reply, outputs } = await client.execute('const one = 1;\nthrow new RangeError("no such thing");');
  assert.is(reply.status, "error");
  assert.is(reply.ename, "RangeError");
  assert.is(reply.evalue, "no such thing");
  const error = outputs.find(({ header }) => header.msg_type === "error")!;
  assert.is(error.content.ename, "RangeError");
  assert.match((error.content.traceback as string[]).join("\n"), /line 2/);
});

test("a stack names functions as the cells do, and is made of cells alone", async ({ client }) => {
  await client.execute(`import { task } from "cellar";
class Box { open(): number { throw new Error("locked"); } }
const helper = (): number => new Box().open();
const stock = task("stock", () => helper());`);
  const { reply } = await client.execute("await stock()");
  const frames = (reply.traceback as string[])
    // biome-ignore lint/suspicious/noControlCharactersInRegex: takes out ANSI colours
    .map((line) => line.replace(/\u001b\[\d+m/g, ""))
    .flatMap((line) => /^ {4}at (.+?)(?: \(|$)/.exec(line)?.[1] ?? []);
  assert.equal(frames, ["Box.open", "helper", "stock"]);
});

test("a type error keeps the cell from running", async ({ client }) => {
  const { reply, stdout } = await client.execute('console.log("ran");\nconst n: number = "text";');
  assert.is(reply.status, "error");
  assert.match(String(reply.evalue) + (reply.traceback as string[]).join("\n"), /TS2322/);
  assert.is(stdout, "");
});

test("an error aborts the cells that are queued already, and no later one", async ({ client }) => {
  const exchanges = ['throw new Error("stop")', "1", "2"].map((code) => client.begin(code));
  const [failed, ...queued] = await Promise.all(exchanges.map((each) => client.finish(each)));
  assert.is(failed!.reply.status, "error");
  assert.equal(
    queued.map(({ reply, outputs }) => [reply.status, outputs.length]),
    [
      ["aborted", 0],
      ["aborted", 0],
    ],
  );
  assert.is((await client.execute("3")).result, "3");
});

test("stop_on_error: false runs the queued cells", async ({ client }) => {
  const exchanges = ['throw new Error("go on")', "1"].map((code) => client.begin(code, { stop_on_error: false }));
  const [, next] = await Promise.all(exchanges.map((each) => client.finish(each)));
  assert.is(next!.result, "1");
});

test("silent publishes neither input nor result, and counts nothing", async ({ client }) => {
  const before = (await client.execute("1")).reply.execution_count;
  const { reply, outputs } = await client.execute("2", { silent: true });
  assert.is(reply.status, "ok");
  assert.equal(outputs, []);
  assert.is((await client.execute("3")).reply.execution_count, Number(before) + 1);
});

test("store_history: false counts nothing", async ({ client }) => {
  const before = (await client.execute("1")).reply.execution_count;
  assert.is((await client.execute("2", { store_history: false })).reply.execution_count, before);
});

test("user_expressions are evaluated after the cell", async ({ client }) => {
  await client.execute("let counter = 1;");
  const { reply } = await client.execute("counter += 1;", {
    user_expressions: {
      now: "counter * 10",
      later: "await Promise.resolve({ counter })",
      wrong: "missing()",
      bad: "1 +",
    },
  });
  const { now, later, wrong, bad } = reply.user_expressions as Record<
    string,
    { status: string; data?: Record<string, string>; ename?: string }
  >;
  assert.is(now!.status, "ok");
  assert.is(now!.data!["text/plain"], "20");
  assert.is(later!.data!["text/plain"], "{ counter: 2 }");
  assert.equal([wrong!.status, wrong!.ename], ["error", "ReferenceError"]);
  assert.equal([bad!.status, bad!.ename], ["error", "SyntaxError"]);
});

test("page() and setNextInput() are payloads of the reply, in order", async ({ client }) => {
  const { reply, outputs } = await client.execute('page("text"); await 0; page([1, 2]); setNextInput("1 + 1");');
  const [text, list, next] = reply.payload as Record<string, unknown>[];
  assert.equal(text, { source: "page", data: { "text/plain": "text" }, start: 0 });
  assert.is((list!.data as Record<string, string>)["text/plain"], "[ 1, 2 ]");
  assert.equal(next, { source: "set_next_input", text: "1 + 1", replace: false });
  assert.equal(
    outputs.map(({ header }) => header.msg_type),
    ["execute_input"],
  );
});

test("a question shows what a name is in the pager", async ({ client }) => {
  await client.execute("/** How far it is. */\nconst reach = (from: string): number => from.length;");
  const { reply } = await client.execute("reach?");
  const [page] = reply.payload as { source: string; data: Record<string, string> }[];
  assert.is(page!.source, "page");
  assert.match(page!.data["text/plain"]!, /const reach: \(from: string\) => number/);
  assert.match(page!.data["text/plain"]!, /How far it is\./);
  const unknown = await client.execute("noSuchName?");
  assert.equal([unknown.reply.status, unknown.reply.payload], ["ok", []]);
  assert.match(unknown.stdout, /Nothing is known of "noSuchName"/);
});

test("history lists what ran", async ({ client }) => {
  await client.execute("'find me'");
  const ask = { hist_access_type: "search", pattern: "*find*", raw: true, output: true, n: 10 };
  const { content } = await client.request("history_request", ask).reply;
  const entry = (content.history as [number, number, [string, string]][]).at(-1)!;
  assert.is(entry[2][0], "'find me'");
  assert.match(entry[2][1], /find me/);
});

test("history goes on in the next kernel, also after kill -9", async ({ client }) => {
  const history = { CELLAR_HISTORY: join(client.folder, "shared", "history.db") };
  const first = await KernelClient.start({ env: history });
  await first.execute("6 * 7");
  await first.execute("'other'");
  const newest = { hist_access_type: "tail", n: 2, raw: true, output: false };
  const { content: ran } = await first.request("history_request", newest).reply;
  first.kernel.kill("SIGKILL");
  await first.close();
  assert.equal(ran.history, [
    [1, 1, "6 * 7"],
    [1, 2, "'other'"],
  ]);
  const second = await KernelClient.start({ env: history });
  await second.execute("'own'");
  const tail = { hist_access_type: "tail", n: 3, raw: true, output: true };
  const { content } = await second.request("history_request", tail).reply;
  assert.equal(content.history, [
    [1, 1, ["6 * 7", "42"]],
    [1, 2, ["'other'", "'other'"]],
    [2, 1, ["'own'", "'own'"]],
  ]);
  const before = { hist_access_type: "range", session: -1, start: 1, stop: 2, raw: true, output: false };
  assert.equal((await second.request("history_request", before).reply).content.history, [[1, 1, "6 * 7"]]);
  const search = { hist_access_type: "search", pattern: "'o*'", raw: true, output: false, n: 5 };
  assert.equal((await second.request("history_request", search).reply).content.history, [
    [1, 2, "'other'"],
    [2, 1, "'own'"],
  ]);
  await second.close();
});

test("an unknown message gets busy and idle, and no reply", async ({ client }) => {
  const { outputs } = client.request("no_such_request", {});
  assert.equal(await outputs, []);
});

test("a malformed request gets an error reply", async ({ client }) => {
  const { content } = await client.request("execute_request", { code: 3 }).reply;
  assert.is(content.status, "error");
  assert.match(String(content.evalue), /"code" is not a string/);
});

test.run();
