import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { SessionHarness } from "./session-harness.js";

const test = suite<{ session: SessionHarness }>("a Worker of a cell");
test.before(async (context) => {
  context.session = await SessionHarness.start();
  const { folder } = context.session;
  await writeFile(join(folder, "twice.ts"), "export const twice = (n: number): number => n * 2;\n");
  const thread = (imported: string) =>
    `import { parentPort, workerData } from "node:worker_threads";\n${imported}\nenum Kind { A = 40 }\nparentPort!.postMessage(twice(workerData as number) + Kind.A);\n`;
  await writeFile(join(folder, "w.ts"), thread('import { twice } from "./twice";'));
  await writeFile(join(folder, "w.mts"), thread('import { twice } from "./twice.ts";'));
  await writeFile(
    join(folder, "w.mjs"),
    'import { parentPort } from "node:worker_threads"; parentPort.postMessage(42);',
  );
});
test.after(({ session }) => session.stop());

const FILES: readonly (readonly [title: string, file: string, options: string])[] = [
  ["a TypeScript file by URL", 'new URL("./w.ts", pathToFileURL(process.cwd() + "/"))', "{ workerData: 1 }"],
  ["a TypeScript file by path", '"./w.ts"', "{ workerData: 1 }"],
  ["a TypeScript module", '"./w.mts"', "{ workerData: 1 }"],
  ["a TypeScript file with options of Node", '"./w.ts"', '{ workerData: 1, execArgv: ["--no-warnings"] }'],
  ["JavaScript", '"./w.mjs"', "{}"],
  ["text", "\"require('node:worker_threads').parentPort.postMessage(42)\"", "{ eval: true }"],
];
for (const [title, file, options] of FILES)
  test(`runs ${title}`, async ({ session }) => {
    const { answer, outputs } = await session.run(
      `const { Worker } = await $import("node:worker_threads"); const { pathToFileURL } = await $import("node:url");
       const thread = new Worker(${file}, ${options});
       return { value: await new Promise((resolve, reject) => thread.once("message", resolve).once("error", reject)) };`,
    );
    assert.is(answer.status, "ok", answer.status === "error" ? answer.error.evalue : "");
    const result = outputs.find((output) => output.kind === "display");
    assert.is(result?.kind === "display" && result.data["text/plain"], "42");
  });
test.run();
