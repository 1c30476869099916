import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { KernelClient } from "../kernel/kernel-client.js";

const PROJECT = fileURLToPath(new URL("../../../", import.meta.url));
/** Notebooks in the kinds that public ones have. A cell that is to fail says so, and with what. */
const CORPUS = join(PROJECT, "test/notebooks/corpus");

interface CorpusCell {
  readonly cell_type: string;
  readonly source: readonly string[];
  /** @param expect regular expression for the error of a cell that is tagged "raises-exception". */
  readonly metadata: { readonly tags?: readonly string[]; readonly expect?: string };
}

const test = suite<{ folder: string }>("a notebook of the corpus");
test.before((context) => {
  // No tsconfig.json above it: the defaults for notebooks count.
  context.folder = mkdtempSync(join(tmpdir(), "cellar-corpus-"));
  symlinkSync(join(PROJECT, "node_modules"), join(context.folder, "node_modules"));
});
test.after(({ folder }) => rmSync(folder, { recursive: true }));

for (const file of readdirSync(CORPUS))
  test(`runs clean, or ends in the one right refusal: ${file}`, async ({ folder }) => {
    const { cells } = JSON.parse(readFileSync(join(CORPUS, file), "utf8")) as { cells: readonly CorpusCell[] };
    const client = await KernelClient.start({ folder });
    try {
      for (const { source, metadata } of cells.filter(({ cell_type }) => cell_type === "code")) {
        const code = source.join("");
        const { reply } = await client.execute(code);
        if (metadata.expect === undefined) assert.is(reply.status, "ok", `${code}\n→ ${reply.evalue}`);
        else {
          assert.is(reply.status, "error", code);
          assert.match(
            `${reply.evalue}\n${(reply.traceback as string[]).join("\n")}`,
            new RegExp(metadata.expect),
            code,
          );
        }
      }
    } finally {
      await client.close();
    }
  });
test.run();
