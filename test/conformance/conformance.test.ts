import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { installKernel, PYTHON } from "../kernel/install-kernel.js";

/** The Python file lies beside the sources: the compiler copies none. */
const SCRIPT = fileURLToPath(new URL("../../../test/conformance/conformance.py", import.meta.url));

test("the kernel passes jupyter_kernel_test, nothing left out", async () => {
  const data = mkdtempSync(join(tmpdir(), "cellar-conformance-"));
  try {
    installKernel(data);
    const env = {
      ...process.env,
      JUPYTER_PATH: data,
      JUPYTER_RUNTIME_DIR: join(data, "runtime"),
      CELLAR_HISTORY: join(data, "history.db"),
      PYTHONUNBUFFERED: "1",
    };
    const run = spawn(PYTHON, [SCRIPT, "-v"], { cwd: data, env, stdio: ["ignore", "ignore", "pipe"] });
    const ended = new Promise<number | null>((resolve) => run.once("exit", resolve));
    const report = await text(run.stderr);
    assert.is(await ended, 0, report);
    const skipped = [...report.matchAll(/^(\w+) .* skipped/gm)].map(([, name]) => name);
    assert.equal(skipped, [], report);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
});

test.run();
