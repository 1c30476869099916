import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { LanguageCalls } from "../../kernel/links/language-calls.js";
import { connect } from "../../src/links/calls.js";
import { threadPort } from "../../src/links/port.js";

test("the language thread answers all that LanguageCalls names", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cellar-thread-"));
  const worker = new Worker(new URL("../../kernel/language/main.js", import.meta.url), {
    workerData: { folder, notebook: null },
  });
  try {
    const ask = connect<LanguageCalls>(threadPort(worker));
    assert.is(await ask("warmUp", {}), null);
    const compiled = await ask("compile", { code: "const kept = 1;", count: 1, level: "error" });
    assert.is(compiled.ok, true);
    assert.is(await ask("settle", { count: 1, ok: true }), null);
    const refused = await ask("compile", { code: "const a: string = kept;", count: 2, level: "error" });
    assert.match(refused.ok ? "" : refused.error.evalue, /^TS2322 in cell \[2\] line 1:7/);
    const { matches } = await ask("complete", { code: "kep", cursor: 3 });
    assert.equal(matches, [{ text: "kept", type: "instance", signature: "1" }]);
    assert.is((await ask("inspect", { code: "kept", cursor: 2, detail: 0 })).found, true);
    assert.equal(await ask("isComplete", { code: "f(" }), { status: "incomplete", indent: "  " });
    assert.is(await ask("reset", {}), null);
    assert.is((await ask("compile", { code: "kept", count: 1, level: "error" })).ok, false);
    assert.is((await ask("compile", { code: "kept", count: 1, level: "off" })).ok, true);
  } finally {
    await worker.terminate();
    rmSync(folder, { recursive: true });
  }
});
test.run();
