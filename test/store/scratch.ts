import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of this test file alone, gone when its process ends. */
export const scratch = mkdtempSync(join(tmpdir(), "cellar-store-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

let count = 0;

/** A path for a store that no other test has. */
export const freshPath = (): string => join(scratch, `place-${++count}`, "store.db");
