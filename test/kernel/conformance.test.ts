import { suite } from "uvu";
import * as assert from "uvu/assert";
import { KernelClient } from "./kernel-client.js";

const test = suite<{ client: KernelClient }>("conformance");
test.before(async (context) => {
  context.client = await KernelClient.start();
});
test.after(({ client }) => client.close());

const QUESTIONS: [code: string, asked: object, answer: string, result: string][] = [
  ['await confirm("Sure?")', { prompt: "Sure? [y/N] ", password: false }, "yes", "true"],
  ['await confirm("Sure?")', { prompt: "Sure? [y/N] ", password: false }, "", "false"],
  ['await alert("Read this"); "read"', { prompt: "Read this [Enter] ", password: false }, "", "'read'"],
  ['await prompt("Key?", { password: true })', { prompt: "Key? ", password: true }, "🗝 secret", "'🗝 secret'"],
  ['await prompt("Name?", "Ada")', { prompt: "Name? [Ada] ", password: false }, "", "'Ada'"],
];
for (const [code, asked, answer, result] of QUESTIONS) {
  test(`${code} asks, and takes ${JSON.stringify(answer)}`, async ({ client }) => {
    const cell = client.begin(code, { allow_stdin: true });
    const question = await client.next(({ header }) => header.msg_type === "input_request");
    assert.equal(question.content, asked);
    client.answer(question, answer);
    assert.is((await client.finish(cell)).result, result);
  });
  test(`${code} is an error where the client takes no input`, async ({ client }) => {
    const { reply } = await client.execute(code, { allow_stdin: false });
    assert.is(reply.status, "error");
    assert.match(String(reply.evalue), /Cannot ask for input/);
  });
}

for (const stop of [true, false])
  test(`an error before ten queued cells, stop_on_error: ${stop}`, async ({ client }) => {
    const codes = ["throw new Error('first')", ...Array.from({ length: 10 }, (_, at) => `${at}`)];
    const cells = await Promise.all(codes.map((code) => client.execute(code, { stop_on_error: stop })));
    assert.equal(
      cells.map(({ reply }) => reply.status),
      ["error", ...Array.from({ length: 10 }, () => (stop ? "aborted" : "ok"))],
    );
    assert.is((await client.execute("'after'")).result, "'after'");
  });

for (const [silent, store_history, counts, published] of [
  [false, true, 1, true],
  [false, false, 0, true],
  [true, true, 0, false],
  [true, false, 0, false],
] as const)
  test(`silent: ${silent}, store_history: ${store_history}`, async ({ client }) => {
    const before = Number((await client.execute("0")).reply.execution_count);
    const { outputs, reply } = await client.execute("'once'", { silent, store_history });
    assert.is(outputs.length > 0, published);
    assert.is(reply.execution_count, before + counts);
    const ask = { hist_access_type: "tail", n: 1, raw: true, output: false };
    const { content } = await client.request("history_request", ask).reply;
    assert.is((content.history as [number, number, string][])[0]![2], counts === 1 ? "'once'" : "0");
  });

test("an error in a silent cell is in the reply alone, with no user_expressions", async ({ client }) => {
  const { reply, outputs } = await client.execute("throw new TypeError('quiet')", {
    silent: true,
    user_expressions: { one: "1" },
  });
  assert.equal([reply.ename, reply.user_expressions, outputs.length], ["TypeError", {}, 0]);
});

test("search gives each text once when asked for unique ones, the newest place of it", async ({ client }) => {
  for (const code of ["'twin a'", "'twin b'", "'twin a'"]) await client.execute(code);
  const ask = { hist_access_type: "search", pattern: "'twin ?'", raw: true, output: false, n: 10, unique: true };
  const { content } = await client.request("history_request", ask).reply;
  assert.equal(
    (content.history as [number, number, string][]).map(([, , code]) => code),
    ["'twin b'", "'twin a'"],
  );
});

test("cursors count code points past astral characters, in questions and answers", async ({ client }) => {
  const code = "const s = '🎉🎉'; Math.ma";
  const { content } = await client.request("complete_request", { code, cursor_pos: [...code].length }).reply;
  assert.equal([content.cursor_start, content.cursor_end], [[...code].length - 2, [...code].length]);
  const inspected = await client.request("inspect_request", {
    code: "'🎉🎉'; parseInt",
    cursor_pos: 8,
    detail_level: 0,
  }).reply;
  assert.is(inspected.content.found, true);
});

test("a line of 10 MB arrives whole", async ({ client }) => {
  const { stdout } = await client.execute('process.stdout.write("x".repeat(10_000_000));');
  assert.is(stdout.length, 10_000_000);
});

test("bytes that are no text are shown as such, and the session goes on", async ({ client }) => {
  const { stdout } = await client.execute(
    `import { execFileSync } from "node:child_process";
     execFileSync("head", ["-c", "4096", "/dev/urandom"], { stdio: "inherit" });
     console.log("\\nafter");`,
  );
  assert.match(stdout, /after/);
  assert.is((await client.execute("1")).result, "1");
});

test("a message type that is unknown gets busy and idle on control too", async ({ client }) => {
  assert.equal(await client.request("no_such_request", {}, "control").outputs, []);
});

test.run();
