/** `cellar cluster`, `cellar workers` and the notebook that they run, as people use them. */
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runCellar } from "../notebooks/run-cellar.js";
import { childrenOf } from "../reliability/children-of.js";
import { type StartedCluster, startCellarCluster } from "./cellar-cluster.js";
import { isRunning } from "./is-running.js";
import { until } from "./until.js";

const NOTEBOOK = fileURLToPath(new URL("../../../notebooks/cluster.ipynb", import.meta.url));

const test = suite<{ folder: string; cluster: StartedCluster }>("cellar cluster");
test.before(async (world) => {
  world.folder = await mkdtemp(join(tmpdir(), "cellar-cluster-"));
  world.cluster = await startCellarCluster(world.folder, 2);
  process.env.CELLAR_QUEUE = world.cluster.connection;
});
test.after(async ({ folder, cluster }) => {
  await cluster.end();
  delete process.env.CELLAR_QUEUE;
  await rm(folder, { recursive: true, force: true });
});

test("cellar workers lists the workers, and how much waits", async ({ cluster }) => {
  const { code, said } = await runCellar(tmpdir(), "workers");
  assert.is(code, 0, said);
  assert.match(said, /^queue cellar at redis:\/\/127\.0\.0\.1:\d+: 2 workers, 0 waiting\n/);
  assert.match(said, /^w1 .* {2}2 {6}0 /m);
  assert.not(said.includes(new URL(cluster.connection).password));
  const json = JSON.parse((await runCellar(tmpdir(), "workers", "--json")).said);
  assert.equal(json.workers.map(({ name }: { name: string }) => name).sort(), ["w1", "w2"]);
  const none = await runCellar(tmpdir(), "workers", "--queue", "other");
  assert.is(none.code, 1);
  assert.match(none.said, "start one: cellar worker --connection");
});

test("cluster.ipynb runs on its workers, and keeps all when it is run again", async ({ folder, cluster }) => {
  await cp(NOTEBOOK, join(folder, "cluster.ipynb"));
  const ran = await runCellar(folder, "run", "cluster.ipynb", "-o", "out.ipynb");
  assert.is(ran.code, 0, ran.said);
  const { cells } = JSON.parse(await readFile(join(folder, "out.ipynb"), "utf8"));
  const outputs = JSON.stringify(cells.flatMap((cell: { outputs?: unknown[] }) => cell.outputs ?? []));
  assert.match(outputs, "pi is about 3.14, by more than one process: true");
  assert.match(outputs, "done at attempt 2");
  const saved = await readFile(join(folder, "out.ipynb"), "utf8");
  assert.not(saved.includes(new URL(cluster.connection).password));
});

test("Ctrl-C ends all that it started", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cellar-cluster-"));
  const cluster = await startCellarCluster(folder, 1);
  const children = await childrenOf(cluster.pid);
  assert.is(children.length, 2);
  assert.is(await cluster.end(), 0, cluster.said());
  await until(() => children.every((pid) => !isRunning(pid)));
  assert.ok((await readdir(join(folder, ".cellar", "queue"))).length > 0);
  await rm(folder, { recursive: true, force: true });
});

test.run();
