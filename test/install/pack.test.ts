/** The package as a stranger gets it: packed, installed in an empty folder elsewhere, and used there. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { PYTHON } from "../kernel/install-kernel.js";

const PROJECT = fileURLToPath(new URL("../../../", import.meta.url));
const execute = promisify(execFile);
/** What npm tells the scripts that it runs would bind an npm of theirs to the project's folder. */
const ENV = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_|^INIT_CWD$/i.test(name)));

const FLOW = `import { flow, parameter, task } from "cellar";
const count = parameter("count", { default: 2 });
const numbers = task("numbers", (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1));
const sum = task("sum", (all: number[]): number => all.reduce((a, b) => a + b, 0));
export const adding = flow("adding", () => {
  const list = numbers(count);
  return { list, total: sum(list) };
});
const state = await adding.run({ parameters: { count: 4 } });
const total: number = state.value(adding.calls.total);
console.log(state.type, total);
`;
const WRONG = `import { task } from "cellar";
const half = task("half", (value: number) => value / 2);
half("text");
`;

interface Context {
  folder: string;
  tarball: string;
}
const elsewhere = suite<Context>("the package elsewhere");

/** A program of the folder's node_modules, and all it says. */
async function program(folder: string, name: string, ...args: string[]): Promise<string> {
  const path = join(folder, "node_modules", ".bin", name);
  const { stdout, stderr } = await execute(path, args, { cwd: folder, env: ENV });
  return stdout + stderr;
}

elsewhere.before(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), "cellar-elsewhere-"));
  const packing = ["pack", "--json", "--ignore-scripts", "--pack-destination", context.folder];
  const { stdout } = await execute("npm", packing, { cwd: PROJECT, env: ENV, maxBuffer: 64 * 1024 * 1024 });
  const [name] = (await readdir(context.folder)).filter((file) => file.endsWith(".tgz"));
  if (!name) throw new Error(`npm pack wrote no file: ${stdout}`);
  context.tarball = join(context.folder, name);
  const allowScripts = { sqlite3: true, zeromq: true };
  await writeFile(
    join(context.folder, "package.json"),
    JSON.stringify({ type: "module", private: true, allowScripts }),
  );
  const installing = ["install", context.tarball, "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
  await execute("npm", installing, { cwd: context.folder, env: ENV });
});
elsewhere.after(({ folder }) => rm(folder, { recursive: true, force: true }));

elsewhere("npm pack takes what runs, and neither sources nor tests", async ({ folder }) => {
  const files = await readdir(join(folder, "node_modules", "cellar"), { recursive: true });
  for (const needed of ["install.js", "LICENSE", "README.md", "dist/src/index.d.ts", "dist/kernel/main.js"])
    assert.ok(files.includes(needed), needed);
  assert.equal(
    files.filter((file) => /(^|\/)(test|bench)\/|(?<!\.d)\.tsx?$|tsbuildinfo$/.test(file)),
    [],
  );
});

elsewhere("npm install brings neither Jupyter's packages nor the tests'", async ({ folder }) => {
  for (const name of ["@jupyterlab", "@lumino", "uvu", "happy-dom", "playwright-core", "@biomejs"])
    assert.not.ok(existsSync(join(folder, "node_modules", name)), name);
});

elsewhere("the library brings types that hold", async ({ folder }) => {
  await writeFile(join(folder, "flow.ts"), FLOW);
  await writeFile(join(folder, "wrong.ts"), WRONG);
  const checking = ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--types", "node"];
  await program(folder, "tsc", ...checking, "flow.ts");
  const refused = await program(folder, "tsc", ...checking, "wrong.ts").then(
    () => "",
    (error: { stdout: string }) => error.stdout,
  );
  assert.match(refused, /wrong\.ts\(3,6\): error TS2345/);
});

elsewhere("a flow runs there, by the command and by plain Node", async ({ folder }) => {
  await writeFile(join(folder, "flow.ts"), FLOW);
  assert.match(await program(folder, "cellar", "run", "flow.ts"), /^Success 10$/m);
  const { stdout } = await execute(process.execPath, ["--import", "cellar/register", "flow.ts"], {
    cwd: folder,
    env: ENV,
  });
  assert.match(stdout, /^Success 10$/m);
  assert.match(await program(folder, "cellar", "runs"), /Success {2}adding/);
});

elsewhere("cellar --version tells the package's version", async ({ folder }) => {
  const { version } = JSON.parse(await readFile(join(PROJECT, "package.json"), "utf8"));
  assert.is(await program(folder, "cellar", "--version"), `${version}\n`);
});

elsewhere("cellar install puts kernel and extension into a prefix, uninstall takes them out", async ({ folder }) => {
  const data = join(folder, "there", "share", "jupyter");
  await program(folder, "cellar", "install", "--prefix", "there");
  const spec = JSON.parse(await readFile(join(data, "kernels", "cellar", "kernel.json"), "utf8"));
  assert.ok(existsSync(spec.argv[1]) && spec.argv[1].startsWith(join(folder, "node_modules", "cellar")), spec.argv[1]);
  assert.ok(existsSync(join(data, "labextensions", "cellar-lab", "package.json")));
  await program(folder, "cellar", "uninstall", "--prefix", "there");
  assert.not.ok(existsSync(join(data, "kernels", "cellar")));
});

elsewhere("pip builds the Python package from there, with the extension inside", async ({ folder }) => {
  const wheels = join(folder, "wheels");
  const building = ["-m", "pip", "wheel", "--quiet", "--no-build-isolation", "--no-deps", "-w", wheels];
  await execute(PYTHON, [...building, join(folder, "node_modules", "cellar", "extension", "python")], { env: ENV });
  const [wheel] = await readdir(wheels);
  const { stdout } = await execute(PYTHON, ["-m", "zipfile", "-l", join(wheels, wheel!)], { env: ENV });
  for (const part of ["cellar_lab/typescript_translator.py", "share/jupyter/labextensions/cellar-lab/package.json"])
    assert.match(stdout, part);
});

elsewhere("a notebook runs there without Jupyter", async ({ folder }) => {
  const notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [{ cell_type: "code", id: "a", metadata: {}, source: FLOW, execution_count: null, outputs: [] }],
  };
  await writeFile(join(folder, "a.ipynb"), JSON.stringify(notebook));
  assert.match(await program(folder, "cellar", "run", "a.ipynb"), /^Success 10$/m);
});
elsewhere.run();
