/** The code in the guides, run as the cells that readers make of it; what a comment says it gives is compared. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startCellarCluster } from "../distributed/cellar-cluster.js";
import { runCellar } from "./run-cellar.js";

const GUIDES = fileURLToPath(new URL("../../../docs/guides/", import.meta.url));

interface Output {
  readonly output_type: string;
  readonly text?: string;
  readonly data?: { readonly [mime: string]: unknown };
}

const test = suite<{ folder: string }>("guides");
test.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), "cellar-guides-"));
});
test.after.each(({ folder }) => rm(folder, { recursive: true }));

/** The code of a guide, sample by sample; a guide of pictures has none. */
async function samplesOf(name: string): Promise<readonly string[]> {
  const text = await readFile(join(GUIDES, name), "utf8");
  return [...text.matchAll(/^```ts\n([\s\S]*?)\n```$/gm)].map(([, code]) => code!);
}

const guides = (await readdir(GUIDES)).filter((each) => each.endsWith(".md"));
const withCode = (await Promise.all(guides.map(async (name) => ({ name, samples: await samplesOf(name) })))).filter(
  ({ samples }) => samples.length > 0,
);
test("most guides have code", () => assert.ok(withCode.length >= 5));
for (const { name, samples } of withCode)
  test(`the code in ${name} runs and gives what it says`, async ({ folder }) => {
    const cells = samples.map((source, index) => ({
      cell_type: "code",
      id: `sample-${index + 1}`,
      metadata: {},
      source,
      execution_count: null,
      outputs: [],
    }));
    const notebook = { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 };
    await writeFile(join(folder, "guide.ipynb"), JSON.stringify(notebook));
    const cluster = name === "many-machines.md" ? await startCellarCluster(folder, 2) : undefined;
    if (cluster) process.env.CELLAR_QUEUE = cluster.connection;
    const ran = await runCellar(folder, "run", "guide.ipynb", "-o", "out.ipynb");
    await cluster?.end();
    delete process.env.CELLAR_QUEUE;
    assert.is(ran.code, 0, ran.said);
    const out = JSON.parse(await readFile(join(folder, "out.ipynb"), "utf8"));
    for (const [index, source] of samples.entries()) compare(source, out.cells[index].outputs);
  });

/** A comment behind a printed line is what it prints, one behind the last expression begins with its value. */
function compare(source: string, outputs: readonly Output[]): void {
  const printed = outputs.map(({ text = "" }) => text).join("");
  const result = outputs.find(({ output_type }) => output_type === "execute_result")?.data?.["text/plain"];
  const lines = source.split("\n");
  for (const [index, line] of lines.entries()) {
    const comment = /\S.* \/\/ (.+)$/.exec(line)?.[1];
    if (comment === undefined) continue;
    if (/^\s*console\.log\(/.test(line)) assert.match(printed, comment);
    else if (index === lines.length - 1) assert.is(comment.slice(0, String(result).length), result, line);
  }
}

test.run();
