import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";

const BUILT = fileURLToPath(new URL("../../../dist/labextension/static/", import.meta.url));
const MOST_BYTES = 120 * 1024;

test(`the built extension is at most ${MOST_BYTES / 1024} KiB gzipped`, () => {
  const scripts = readdirSync(BUILT).filter((name) => name.endsWith(".js"));
  const bytes = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(BUILT, name))).length, 0);
  assert.ok(bytes > 10_000 && bytes <= MOST_BYTES, `${bytes} bytes`);
});

test.run();
