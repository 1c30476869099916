/**
 * What the Jupyter extension of VS Code asks of a kernel (microsoft/vscode-jupyter, src/kernels/raw): it reads the
 * kernelspec itself, starts the kernel with a connection file of its own and speaks ZeroMQ, without a Jupyter server.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { pathToFileURL } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Message } from "../../kernel/protocol/wire-format.js";
import { PYTHON } from "../kernel/install-kernel.js";
import { type Execution, KernelClient } from "../kernel/kernel-client.js";

/** As install.js writes it. */
const SPEC = join(dirname(dirname(PYTHON)), "share", "jupyter", "kernels", "cellar", "kernel.json");
interface KernelSpec {
  readonly argv: readonly string[];
  readonly display_name: string;
  readonly language: string;
  readonly interrupt_mode: string;
  readonly metadata: { readonly [key: string]: unknown };
  readonly env?: unknown;
}
const readSpec = (): KernelSpec => JSON.parse(readFileSync(SPEC, "utf8")) as KernelSpec;

const spec = suite("kernelspec");
spec("it is what VS Code's finder and launcher read", () => {
  const { argv, display_name, language, interrupt_mode, metadata, env } = readSpec();
  assert.ok(isAbsolute(argv[0]!) && existsSync(argv[0]!), "started without a shell, a PATH of its own, or a Python");
  assert.equal(
    argv.filter((word) => word.includes("{")),
    ["{connection_file}"],
  );
  assert.is(language, "typescript"); // VS Code's own language id: cells get its highlighting
  assert.is(interrupt_mode, "message"); // else it sends SIGINT to the kernel and to each of its children
  assert.not.match(display_name, /^python\s\d*/i);
  // These mark specs that the extension wrote for a Python environment, and removes.
  for (const key of ["interpreter", "vscode"]) assert.is(metadata[key], undefined, key);
  assert.is(env, undefined);
});
spec.run();

const test = suite<{ folder: string }>("VS Code");
test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), "cellar vs code-"));
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

/** By `jupyter.notebookFileRoot`, a notebook's folder unless set otherwise; no variable names the notebook. */
const start = (folder: string): Promise<KernelClient> =>
  KernelClient.start({
    folder,
    env: { JPY_SESSION_NAME: undefined, JPY_PARENT_PID: undefined },
    command: (file) => readSpec().argv.map((word) => word.replace("{connection_file}", file)),
  });
/** A cell as a notebook editor runs it; the handle counts from 0 whenever the file is opened. */
const execute = (client: KernelClient, notebook: string, handle: number, code: string): Promise<Execution> =>
  client.execute(
    code,
    { stop_on_error: false, allow_stdin: true },
    { cellId: `vscode-notebook-cell:${pathToFileURL(notebook).pathname}#W${handle}sZmlsZQ%3D%3D`, collapsed: false },
  );
const bundles = ({ outputs }: Execution): { readonly [mime: string]: string }[] =>
  outputs.map(({ content }) => content.data as { readonly [mime: string]: string }).filter(Boolean);
/** The last copy of a flow run's output, as text. */
const told = (execution: Execution): string => bundles(execution).at(-1)?.["text/plain"] ?? "";

const FLOW = `import { existsSync } from "node:fs";
import { flow, task } from "cellar";
const load = task("load", () => [3, 4, 5]);
const sum = task("sum", (rows: number[]) => {
  if (!existsSync("ready")) throw new Error("Not yet");
  return rows.length;
});
const report = flow("report", () => ({ total: sum(load()) }));
await report.run();`;

test("a kernel answers on shell and control, and runs cells with the plain outputs", async ({ folder }) => {
  const client = await start(folder);
  try {
    const infos = (["control", "shell"] as const).map((each) => client.request("kernel_info_request", {}, each).reply);
    for (const { content } of await Promise.all(infos)) {
      const { name, file_extension } = content.language_info as { [field: string]: string };
      assert.equal([name, file_extension], ["typescript", ".ts"]);
    }
    const notebook = join(folder, "a b.ipynb");
    writeFileSync(join(folder, "ready"), "");
    const run = await execute(client, notebook, 0, FLOW);
    const [bundle] = bundles(run);
    assert.match(bundle!["text/html"]!, "<table");
    assert.not.match(bundle!["text/html"]!, /<script|<style/);
    assert.match(told(run), "report");
    const asking = client.next(({ header }: Message) => header.msg_type === "input_request");
    const asked = execute(client, notebook, 1, 'prompt("Name?")');
    client.answer(await asking, "Ada");
    assert.is((await asked).result, "'Ada'");
  } finally {
    await client.close();
  }
});

test("interrupt_request on control stops a cell and keeps the variables", async ({ folder }) => {
  const client = await start(folder);
  try {
    const notebook = join(folder, "a.ipynb");
    await execute(client, notebook, 0, "let kept = 41;");
    const input = client.next(({ header }) => header.msg_type === "execute_input");
    const stuck = execute(client, notebook, 1, "console.log('in'); while (true);");
    await input;
    await client.next(({ header }) => header.msg_type === "stream");
    await client.request("interrupt_request", {}, "control").reply;
    assert.is((await stuck).reply.ename, "KeyboardInterrupt");
    assert.is((await execute(client, notebook, 2, "kept + 1")).result, "42");
  } finally {
    await client.close();
  }
});

test("the store lies in the working folder, and each notebook there has its own runs", async ({ folder }) => {
  const [a, b] = [join(folder, "a é.ipynb"), join(folder, "b.ipynb")];
  const client = await start(folder);
  try {
    assert.match(told(await execute(client, a, 0, FLOW)), "kept 0, ran 2");
    assert.ok(existsSync(join(folder, ".cellar", "store.db")));
    assert.match(told(await execute(client, b, 0, FLOW)), "kept 0, ran 2");
  } finally {
    await client.close();
  }
  writeFileSync(join(folder, "ready"), "");
  const again = await start(folder); // the file was opened anew: its cells have other handles
  try {
    assert.match(told(await execute(again, a, 7, FLOW)), "kept 1, ran 1");
  } finally {
    await again.close();
  }
});

test("a kernel whose children are killed, then itself, leaves nothing", async ({ folder }) => {
  const client = await start(folder);
  const pid = (await client.execute("process.pid")).result;
  process.kill(Number(pid), "SIGTERM"); // pidtree, then kill
  client.kernel.kill("SIGTERM");
  await client.exited;
  assert.throws(() => process.kill(Number(pid), 0), /ESRCH/);
  await client.close();
});
test.run();
