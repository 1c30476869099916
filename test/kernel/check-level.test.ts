import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { KernelClient } from "./kernel-client.js";

const WRONG = "const n: number = 'text'; n";
const test = suite<{ folder: string; client: KernelClient; save(metadata: object): void }>("check level");
test.before(async (context) => {
  context.folder = mkdtempSync(join(tmpdir(), "cellar-level-"));
  const notebook = join(context.folder, "n.ipynb");
  let saved = 0;
  context.save = (metadata) => {
    writeFileSync(notebook, JSON.stringify({ cells: [], metadata, nbformat: 4, nbformat_minor: 5 }));
    utimesSync(notebook, new Date(), new Date(Date.now() + 1000 * ++saved)); // whatever the disk's clock can tell apart
  };
  context.save({ cellar: { typecheck: "warn" } });
  writeFileSync(join(context.folder, "tsconfig.json"), '{ "compilerOptions": { "strict": true, "jsx": "purple" } }');
  context.client = await KernelClient.start({
    folder: context.folder,
    env: { JPY_SESSION_NAME: notebook, CELLAR_CHECK: "loud" },
  });
});
test.after(async ({ client, folder }) => {
  await client.close();
  rmSync(folder, { recursive: true });
});

test("is the notebook's, by its metadata", async ({ client }) => {
  const { result, stderr } = await client.execute(WRONG);
  assert.is(result, "'text'");
  assert.match(stderr, /TS2322/);
});
test("of a tsconfig.json that cannot be used is said once, by the first cell", async ({ client }) => {
  const [first] = client.iopub.filter(
    ({ header, content }) => header.msg_type === "stream" && /tsconfig/.test(String(content.text)),
  );
  assert.match(String(first!.content.text), /Cannot use all of .*tsconfig\.json: Argument for '--jsx' option must be/);
  assert.not.match((await client.execute(WRONG)).stderr, /tsconfig/);
});
test("is the cell's before the notebook's", async ({ client }) => {
  assert.is((await client.execute(`//! typecheck error\n${WRONG}`)).reply.status, "error");
  assert.is((await client.execute(`// @ts-nocheck\n${WRONG}`)).stderr, "");
  assert.is((await client.execute(`//! typecheck off\n${WRONG}`)).stderr, "");
});
test("is read again when the notebook was saved", async ({ client, save }) => {
  save({ cellar: { typecheck: "off" } });
  const { result, stderr } = await client.execute(WRONG);
  assert.is(result, "'text'");
  assert.is(stderr, "");
});
test("that is none counts as not said, and that is said once", async ({ client, save }) => {
  save({ cellar: { typecheck: "strict" } });
  const { reply, stderr } = await client.execute(WRONG);
  assert.is(reply.status, "error");
  assert.match(
    stderr,
    /Cannot check cells at level "strict" \(metadata\.cellar\.typecheck of the notebook\): it is "error", "warn" or "off"/,
  );
  assert.match(stderr, /level "loud" \(CELLAR_CHECK\)/);
  assert.is((await client.execute(WRONG)).stderr, "");
  assert.match((await client.execute("//! typecheck louder\n1")).stderr, /level "louder" \(the cell's first lines\)/);
});
test("stays where a save is half written", async ({ client, folder, save }) => {
  save({ cellar: { typecheck: "off" } });
  await client.execute(WRONG);
  writeFileSync(join(folder, "n.ipynb"), '{ "cells": [], "metadata": { "cellar": { "typecheck": "er');
  assert.is((await client.execute(WRONG)).result, "'text'");
});
test.run();
