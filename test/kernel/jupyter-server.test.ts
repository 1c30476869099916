import { type Kernel, KernelManager, KernelSpecManager, SessionManager } from "@jupyterlab/services";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type JupyterServer, startJupyterServer } from "./jupyter-server.js";

interface World {
  server: JupyterServer;
  sessions: SessionManager;
  kernel: Kernel.IKernelConnection;
}

const test = suite<World>("through a Jupyter server");
test.before(async (context) => {
  context.server = await startJupyterServer();
  const serverSettings = context.server.settings;
  context.sessions = new SessionManager({ serverSettings, kernelManager: new KernelManager({ serverSettings }) });
  const session = await context.sessions.startNew({
    path: "quick.ipynb",
    name: "quick.ipynb",
    type: "notebook",
    kernel: { name: "cellar" },
  });
  context.kernel = session.kernel!;
});
test.after(async ({ server, sessions }) => {
  await sessions.shutdownAll();
  sessions.dispose();
  await server.stop();
  setImmediate(() => process.exit()); // @jupyterlab/services keeps timers of its own
});

/** Runs a cell; gives its status and what it put out, in short. */
async function run(kernel: Kernel.IKernelConnection, code: string): Promise<{ status: string; outputs: string[] }> {
  const outputs: string[] = [];
  const future = kernel.requestExecute({ code });
  future.onIOPub = ({ header, content }) => {
    const told = content as { text?: string; data?: { "text/plain"?: string }; ename?: string };
    const words = told.text ?? told.data?.["text/plain"] ?? told.ename;
    if (words !== undefined) outputs.push(`${header.msg_type}: ${words}`);
  };
  return { status: (await future.done).content.status, outputs };
}

test("the kernelspec is listed with its language and logos", async ({ server }) => {
  const specs = new KernelSpecManager({ serverSettings: server.settings });
  await specs.ready;
  const spec = specs.specs!.kernelspecs.cellar!;
  assert.is(spec.language, "typescript");
  assert.is(spec.display_name, "TypeScript (Cellar)");
  assert.equal(Object.keys(spec.resources).sort(), ["logo-32x32", "logo-64x64", "logo-svg"]);
  specs.dispose();
});

test("kernel_info says what JupyterLab needs", async ({ kernel }) => {
  const { language_info: language, protocol_version } = await kernel.info;
  assert.is(language.name, "typescript");
  assert.is(language.file_extension, ".ts");
  assert.is(protocol_version, "5.5");
});

test("cells run, print and fail", async ({ kernel }) => {
  assert.equal(await run(kernel, 'console.log("hello"); 6 * 7'), {
    status: "ok",
    outputs: ["stream: hello\n", "execute_result: 42"],
  });
  assert.equal(await run(kernel, 'throw new TypeError("no")'), { status: "error", outputs: ["error: TypeError"] });
});

test("20 000 console lines pass the server's limits", async ({ kernel }) => {
  const { outputs } = await run(kernel, 'for (let i = 0; i < 20_000; i += 1) console.log("line " + i);');
  const text = outputs.map((each) => each.slice("stream: ".length)).join("");
  assert.is(text.split("\n").length, 20_001);
});

test("completion answers while a cell runs, and the kernel stays busy", async ({ kernel }) => {
  const future = kernel.requestExecute({ code: 'console.log("begun"); await new Promise(() => {});' });
  await new Promise<void>((resolve) => {
    future.onIOPub = ({ header }) => void (header.msg_type === "stream" && resolve());
  });
  const { content } = await kernel.requestComplete({ code: "Number.isSafeI", cursor_pos: 14 });
  const { status } = kernel;
  await kernel.interrupt();
  assert.is((await future.done).content.status, "error");
  assert.ok(content.status === "ok" && content.matches.includes("isSafeInteger"));
  assert.is(status, "busy");
});

test("input is asked of the front end", async ({ kernel }) => {
  const future = kernel.requestExecute({ code: 'await prompt("Name?")', allow_stdin: true });
  future.onStdin = (message) => {
    if (message.header.msg_type === "input_request")
      kernel.sendInputReply({ status: "ok", value: "Ada" }, message.header as never);
  };
  let result = "";
  future.onIOPub = ({ header, content }) => {
    if (header.msg_type === "execute_result")
      result = (content as { data: { "text/plain": string } }).data["text/plain"];
  };
  await future.done;
  assert.is(result, "'Ada'");
});

test("a run's comm is answered", async ({ kernel }) => {
  const comm = kernel.createComm("cellar.run.v1");
  const answer = new Promise((resolve) => {
    comm.onMsg = ({ content }) => resolve(content.data);
  });
  comm.open({ runId: "no-such-run" });
  assert.is(((await answer) as { kind: string }).kind, "missing");
  comm.dispose();
});

test("a restart keeps the connection and forgets the variables", async ({ kernel }) => {
  await run(kernel, "let before = 1;");
  await kernel.restart();
  assert.equal(await run(kernel, "1 + 1"), { status: "ok", outputs: ["execute_result: 2"] });
  assert.is((await run(kernel, "before")).status, "error");
});

test.run();
