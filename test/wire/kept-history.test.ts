import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { KeptHistory } from "../../kernel/wire/kept-history.js";

const folder = mkdtempSync(join(tmpdir(), "cellar-history-"));
test.after(() => rmSync(folder, { recursive: true }));

test("lines that are being written when the history is closed are kept, all of them", async () => {
  const path = join(folder, "history.db");
  for (let round = 0; round < 5; round += 1) {
    const history = new KeptHistory(path);
    await history.session();
    for (let line = 1; line <= 5; line += 1) history.add({ line, code: `${round}.${line}`, output: null });
    await Promise.all([history.session(), history.close()]); // as where its timer runs out while the kernel ends
  }
  const last = new KeptHistory(path);
  const kept = await last.earlier(100);
  assert.is(kept.length, 25);
  await last.close();
  last.add({ line: 1, code: "too late", output: null });
  await last.close();
});

test.run();
