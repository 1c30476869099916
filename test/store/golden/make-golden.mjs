// Makes the files kept here: `node make-golden.mjs <dist/src/index.js of an old commit> <version>`.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import sqlite3 from "sqlite3";
import { goldenFlow } from "./golden-flow.mjs";

const [library, version] = process.argv.slice(2);
const cellar = await import(pathToFileURL(resolve(library)).href);
const folder = mkdtempSync(join(tmpdir(), "cellar-golden-"));
const store = await cellar.openStore(join(folder, "store.db"));
await goldenFlow(cellar, { fails: true }).run({ store });
await store.close();
await new Promise((resolve, reject) => {
  const database = new sqlite3.Database(join(folder, "store.db"));
  database.run("UPDATE owners SET machine = 'none', process_mark = NULL", (error) => error && reject(error));
  database.run("VACUUM"); // and what the file still holds of it
  database.close((error) => (error ? reject(error) : resolve()));
});
const keep = (name, path) => writeFileSync(join(import.meta.dirname, name), gzipSync(readFileSync(path), { level: 9 }));
keep(`version-${version}.db.gz`, join(folder, "store.db"));
for (const entry of readdirSync(join(folder, "blobs"), { recursive: true, withFileTypes: true }))
  if (entry.isFile()) {
    const path = join(entry.parentPath, entry.name);
    keep(`version-${version}.${basename(dirname(path))}${entry.name}.blob.gz`, path);
  }
rmSync(folder, { recursive: true });
