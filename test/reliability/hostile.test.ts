import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { exportNotebook } from "../../src/export/export-notebook.js";
import { drawSeed } from "./dice.js";
import { hostileHarness } from "./hostile-fuzz.js";
import { BREACH, HOSTILE_NOTEBOOKS } from "./hostile-notebooks.js";

const HEADLESS = fileURLToPath(new URL("../../kernel/headless/main.js", import.meta.url));
const REGISTER = new URL("../../src/export/register.js", import.meta.url).href;

const hostile = suite<{ folder: string }>("hostile notebooks");
hostile.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), "cellar-hostile-"));
});
hostile.after.each(({ folder }) => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

async function runNode(folder: string, args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, said: out + err };
}

/** Nothing of it ran as code, and what went wrong was told by a program in order. */
function expectInert(folder: string): void {
  assert.not.ok(existsSync(join(folder, BREACH)), "the notebook's words ran as code");
  assert.is(({} as { polluted?: unknown }).polluted, undefined);
}

for (const { what, json, runs } of HOSTILE_NOTEBOOKS) {
  for (const format of ["clean", "percent"] as const)
    hostile(`the ${format} export of a notebook with ${what} is inert, or an error in words`, async ({ folder }) => {
      let script: string;
      try {
        ({ script } = exportNotebook(JSON.parse(json), { format }));
      } catch (error) {
        assert.match((error as Error).message, /^Cannot /);
        assert.not.ok(runs, (error as Error).message);
        return;
      }
      expectInert(folder);
      if (!runs) return;
      writeFileSync(join(folder, "script.ts"), script);
      const { code, said } = await runNode(folder, ["--import", REGISTER, "script.ts"]);
      assert.is(code, 0, said);
      assert.match(said, "Success");
      expectInert(folder);
    });
  hostile(`a run of a notebook with ${what} is inert, or an error in words`, async ({ folder }) => {
    writeFileSync(join(folder, "n.ipynb"), json);
    const { code, said } = await runNode(folder, [HEADLESS, "n.ipynb", "--out", "out.ipynb"]);
    expectInert(folder);
    assert.ok(code === 0 || code === 1, `it ended with code ${code}: ${said}`);
    if (runs) assert.match(said, "type Success");
    if (code === 1) assert.match(said, /Cannot |Error: |^cellar: /m);
    assert.not.match(said, /node:internal|FATAL|heap/);
  });
}

hostile("2000 damaged values, states and notebooks are read, or refused in words", async () => {
  const { faults } = await hostileHarness(drawSeed("hostile"), 2_000);
  assert.equal(faults, []);
});

hostile.run();
