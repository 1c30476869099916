/** Each notebook of the product, run headless from an empty folder by the command that users run. */
import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openStore } from "../../src/store/open-store.js";

const PROJECT = fileURLToPath(new URL("../../../", import.meta.url));
const COMMAND = join(PROJECT, "dist", "src", "cli", "main.js");

interface Output {
  readonly output_type: string;
  readonly text?: string;
  readonly data?: { readonly [mime: string]: unknown };
}
interface Notebook {
  readonly cells: readonly { readonly id: string; readonly cell_type: string; readonly outputs?: readonly Output[] }[];
}

const test = suite<{ folder: string }>("notebooks");
test.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), "cellar-notebooks-"));
  await cp(join(PROJECT, "notebooks"), context.folder, {
    recursive: true,
    filter: (path) => !path.includes(".cellar"),
  });
  await cp(join(PROJECT, "package-lock.json"), join(context.folder, "package-lock.json"));
  await symlink(join(PROJECT, "node_modules"), join(context.folder, "node_modules"));
});
test.after.each(({ folder }) => rm(folder, { recursive: true }));

/** `cellar <words>` in a folder. */
async function cellar(folder: string, ...words: string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [COMMAND, ...words], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, said: out + err };
}

const readNotebook = async (path: string): Promise<Notebook> => JSON.parse(await readFile(path, "utf8"));

test("quickstart.ipynb fails at its report first, and run again keeps all the rest", async ({ folder }) => {
  const first = await cellar(folder, "run", "quickstart.ipynb", "-p", "limit=50");
  assert.is(first.code, 1, first.said);
  assert.match(first.said, "kept 0, ran 53");
  assert.match(first.said, /write report\s+Failed.*ENOENT/);
  const second = await cellar(folder, "run", "quickstart.ipynb", "-p", "limit=50", "-o", "out.ipynb");
  assert.is(second.code, 0, second.said);
  assert.match(second.said, "kept 52, ran 1");
  const { cells } = await readNotebook(join(folder, "out.ipynb"));
  const outputs = cells.flatMap((cell) => cell.outputs ?? []);
  assert.ok(outputs.some(({ data }) => data?.["application/vnd.cellar.flow-run+json"] !== undefined));
  assert.ok(outputs.some(({ data }) => String(data?.["image/svg+xml"]).includes("Packages by licence")));
  assert.equal(
    outputs.filter(({ output_type }) => output_type === "error" || output_type === "stream"),
    [],
  );
});

test("quickstart.ipynb exports as a script that reaches the same states", async ({ folder }) => {
  const written = await cellar(folder, "export", "quickstart.ipynb", "-o", "audit.ts");
  assert.is(written.code, 0, written.said);
  for (const again of [1, 2]) {
    const ran = await cellar(folder, "run", "quickstart.ipynb", "-p", "limit=20");
    assert.is(ran.code, again === 1 ? 1 : 0, ran.said);
  }
  const script = await cellar(folder, "run", "audit.ts", "--limit", "20");
  assert.is(script.code, 0, script.said);
  const store = await openStore(join(folder, ".cellar", "store.db"));
  const runs = await store.flowRuns({ flow: "dependency audit" });
  const states = await Promise.all(
    runs.map(async ({ id }) =>
      (await store.flowRun(id))!.tasks.map((each) => [each.name, each.mapIndex, each.state.type]),
    ),
  );
  await store.close();
  assert.is(states.length, 2);
  assert.equal(states[0], states[1]);
});

test("results.ipynb runs through", async ({ folder }) => {
  const ran = await cellar(folder, "run", "results.ipynb", "-o", "out.ipynb");
  assert.is(ran.code, 0, ran.said);
  const { cells } = await readNotebook(join(folder, "out.ipynb"));
  const textOf = (id: string): string => {
    const outputs = cells.find((cell) => cell.id === id)?.outputs ?? [];
    return outputs.map((output) => output.text ?? output.data?.["text/plain"] ?? "").join("");
  };
  assert.is(textOf("unchanged"), "[ false, true, false ]");
  assert.match(textOf("unread"), "UnreadResultError");
  assert.match(textOf("waiting"), "isReference: true");
  assert.match(textOf("history"), "Retrying");
});

test.run();
