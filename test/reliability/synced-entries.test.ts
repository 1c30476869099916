import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FileSerializer } from "../../src/result/file-serializer.js";
import { BlobShelf } from "../../src/store/blob-shelf.js";
import { openStoreHere } from "../../src/store/open-store.js";
import { appendTo, beginRun, graphOf, resultOf, runOf, self, transitionOf } from "../store/sample-records.js";
import { DiskRecorder } from "./disk-recorder.js";

const text = resultOf("x".repeat(100_000));
const bytes = Buffer.alloc(100_000, 7);
const pathIn = (folder: string, sha256: string, suffix = "") =>
  join(folder, sha256.slice(0, 2), `${sha256.slice(2)}${suffix}`);
const shelfIn = (folder: string) => new BlobShelf({ folder: async () => folder, madeBy: async () => "a" });
/** Folders and a file that another process made and has not synced. */
function leave(recorder: DiskRecorder, path: string, content: string | Buffer): void {
  for (let each = dirname(path); !each.endsWith("world"); each = dirname(each)) recorder.appeared(each);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  recorder.appeared(path);
}

/** Ways to a stored byte: each gives the file that must be there after a power cut. */
const WAYS: { readonly [what: string]: (world: string, recorder: DiskRecorder) => Promise<string> } = {
  async "a store's file"(world) {
    const path = join(world, "notes", ".cellar", "store.db");
    await (await openStoreHere(path)).close();
    return path;
  },
  async "a store's file in a folder that was there"(world, recorder) {
    const path = join(world, "notes", ".cellar", "store.db");
    leave(recorder, join(dirname(path), "x"), "");
    await (await openStoreHere(path)).close();
    return path;
  },
  async "a result's blob"(world) {
    const path = join(world, "notes", ".cellar", "store.db");
    const store = await openStoreHere(path);
    await beginRun(store, runOf("r"), graphOf("a"), self);
    await appendTo(store, [transitionOf("r", "a", "Success", { result: text })]);
    await store.close();
    return pathIn(join(dirname(path), "blobs"), text.id);
  },
  async "a result's blob that another process wrote"(world, recorder) {
    const path = join(world, "notes", ".cellar", "store.db");
    const blob = pathIn(join(dirname(path), "blobs"), text.id);
    leave(recorder, blob, text.text);
    const store = await openStoreHere(path);
    await beginRun(store, runOf("r"), graphOf("a"), self);
    await appendTo(store, [transitionOf("r", "a", "Success", { result: text })]);
    await store.close();
    return blob;
  },
  async "bytes on the shelf"(world) {
    const folder = join(world, ".cellar", "blobs");
    return pathIn(folder, (await shelfIn(folder).keep(bytes)).sha256);
  },
  async "bytes on the shelf that another process wrote"(world, recorder) {
    const folder = join(world, ".cellar", "blobs");
    const { sha256 } = await shelfIn(join(world, "elsewhere")).keep(bytes);
    leave(recorder, pathIn(folder, sha256), bytes);
    await shelfIn(folder).keep(bytes);
    return pathIn(folder, sha256);
  },
  async "a stream"(world) {
    const folder = join(world, ".cellar", "blobs");
    const stored = await shelfIn(folder).keepStream(
      (async function* () {
        yield bytes;
      })(),
    );
    return pathIn(folder, stored.reference.sha256);
  },
  async "a value of FileSerializer"(world) {
    const folder = join(world, "results", "of", "mine");
    const { sha256 } = (await new FileSerializer({ folder }).serialize("value")) as { sha256: string };
    return pathIn(folder, sha256, ".json");
  },
  async "a value of FileSerializer in a folder that was there"(world, recorder) {
    const folder = join(world, "results");
    leave(recorder, join(folder, "x"), "");
    const { sha256 } = (await new FileSerializer({ folder }).serialize("value")) as { sha256: string };
    return pathIn(folder, sha256, ".json");
  },
};

const test = suite("a power cut");
async function risksOf(way: (typeof WAYS)[string], forgets?: (path: string) => boolean): Promise<string[]> {
  const world = join(mkdtempSync(join(tmpdir(), "cellar-synced-")), "world");
  mkdirSync(world);
  const recorder = new DiskRecorder(forgets);
  try {
    return recorder.atRisk(await way(world, recorder));
  } finally {
    recorder.stop();
    rmSync(dirname(world), { recursive: true });
  }
}
for (const [what, way] of Object.entries(WAYS)) {
  test(`takes nothing of ${what}: its content and each name on the way are synced`, async () => {
    assert.equal(await risksOf(way), []);
  });
  // Each folder on the way in its turn: if its sync were forgotten, it would be found.
  for (const folder of what.startsWith("a value") ? ["world"] : what.includes("store's file") ? [".cellar"] : ["blobs"])
    test(`is found to take ${what} when the sync of folder "${folder}" is forgotten`, async () => {
      const risks = await risksOf(way, (path) => basename(path) === folder);
      assert.ok(risks.length > 0);
    });
}
if (process.platform !== "win32") test.run();
