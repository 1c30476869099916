import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const PROJECT = fileURLToPath(new URL("../../../", import.meta.url));
const INSTALLER = readFileSync(join(PROJECT, "install.js"), "utf8");

interface Context {
  /** A temporary folder with install.js, a folder `bin` that is the whole PATH, and nothing else. */
  folder: string;
}
interface Told {
  readonly code: number | null;
  readonly text: string;
}

function freshFolder(context: Context): void {
  context.folder = mkdtempSync(join(tmpdir(), "cellar-install-"));
  writeFileSync(join(context.folder, "install.js"), INSTALLER);
  writeFileSync(join(context.folder, "package.json"), '{"name": "cellar", "version": "9.8.7", "type": "module"}');
  mkdirSync(join(context.folder, "bin"));
}
const remove = ({ folder }: Context): void => rmSync(folder, { recursive: true, force: true });

function install(folder: string, args: readonly string[], env: { [name: string]: string } = {}): Told {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, "install.js"), ...args], {
    encoding: "utf8",
    env: { PATH: join(folder, "bin"), HOME: folder, ...env },
  });
  return { code: status, text: stdout + stderr };
}

function program(folder: string, name: string, lines: string): void {
  const path = join(folder, "bin", name);
  writeFileSync(path, `#!/bin/sh\n${lines}\n`);
  chmodSync(path, 0o755);
}

/** What stands there when the project is checked out. */
function asSources(folder: string): void {
  mkdirSync(join(folder, "src"));
  writeFileSync(join(folder, "tsconfig.json"), "{}");
}

const missing = suite<Context>("what is missing");
missing.before.each(freshFolder);
missing.after.each(remove);

missing("install.js says that Python is missing, and the remedy", ({ folder }) => {
  asSources(folder);
  const { code, text } = install(folder, []);
  assert.is(code, 1);
  assert.match(text, "cellar: Cannot set up JupyterLab: Python is missing; install Python 3.10 or newer");
  assert.not.match(text, "at main");
});

missing("install.js says that Python is missing where PYTHON points", ({ folder }) => {
  asSources(folder);
  assert.match(install(folder, [], { PYTHON: "/nowhere/python" }).text, "Python is missing at PYTHON=/nowhere/python");
});

missing("install.js says that Python is too old", ({ folder }) => {
  asSources(folder);
  program(folder, "python3", "echo 3.8.2");
  assert.match(install(folder, []).text, "python3 is Python 3.8.2, and 3.10 or newer is needed");
});

missing("install.js says that Python lacks its venv module", ({ folder }) => {
  asSources(folder);
  program(folder, "python3", 'case "$2" in *platform*) echo 3.12.1;; *venv*) exit 1;; esac');
  assert.match(
    install(folder, []).text,
    "python3 lacks its venv module; install it (Debian: apt-get install python3 python3-venv)",
  );
});

missing("install.js says that npm is missing", ({ folder }) => {
  asSources(folder);
  program(folder, "python3", 'case "$2" in *platform*) echo 3.12.1;; *venv*) echo ok;; esac');
  const { code, text } = install(folder, []);
  assert.is(code, 1);
  assert.match(text, "Cannot install packages: npm is missing");
});

missing("install.js says which flag it does not know", ({ folder }) => {
  const { code, text } = install(folder, ["--frob"]);
  assert.is(code, 1);
  assert.match(text, 'Cannot understand "--frob"');
  assert.match(install(folder, ["--prefix"]).text, "Cannot read --prefix: the folder is missing");
});

missing("install.js says what the package lacks", ({ folder }) => {
  const { code, text } = install(folder, ["--prefix", join(folder, "there")]);
  assert.is(code, 1);
  assert.match(text, /Cannot install Cellar: .*main\.js is missing; install the package again/);
});

missing("install.js refuses an older Node", ({ folder }) => {
  const older = INSTALLER.replaceAll("process.versions.node", '"18.20.4"');
  writeFileSync(join(folder, "install.js"), older);
  assert.match(install(folder, []).text, "Cannot run on Node 18.20.4: Cellar needs 20.17 or newer");
});
missing.run();

const placing = suite<Context>("kernelspec and extension");
placing.before.each((context) => {
  freshFolder(context);
  const { folder } = context;
  mkdirSync(join(folder, "dist", "kernel"), { recursive: true });
  writeFileSync(join(folder, "dist", "kernel", "main.js"), "");
  mkdirSync(join(folder, "dist", "labextension", "static"), { recursive: true });
  writeFileSync(join(folder, "dist", "labextension", "package.json"), '{"name": "cellar-lab", "version": "9.8.7"}');
  cpSync(join(PROJECT, "kernel", "kernelspec"), join(folder, "kernel", "kernelspec"), { recursive: true });
});
placing.after.each(remove);

placing("install.js copies both into a prefix, with absolute paths", ({ folder }) => {
  const data = join(folder, "there", "share", "jupyter");
  assert.is(install(folder, ["--prefix", join(folder, "there")]).code, 0);
  const spec = JSON.parse(readFileSync(join(data, "kernels", "cellar", "kernel.json"), "utf8"));
  assert.equal(spec.argv.slice(0, 2), [process.execPath, join(folder, "dist", "kernel", "main.js")]);
  assert.is(spec.language, "typescript");
  assert.is(spec.metadata.cellar_version, "9.8.7");
  assert.ok(existsSync(join(data, "kernels", "cellar", "logo-svg.svg")));
  assert.ok(existsSync(join(data, "labextensions", "cellar-lab", "package.json")));
});

placing("install.js leaves no file of an older extension", ({ folder }) => {
  const old = join(folder, "there", "share", "jupyter", "labextensions", "cellar-lab", "static", "old.js");
  mkdirSync(join(old, ".."), { recursive: true });
  writeFileSync(old, "");
  install(folder, ["--prefix", join(folder, "there")]);
  assert.not.ok(existsSync(old));
});

for (const [what, env, data] of [
  ["the user's folder", {}, [".local", "share", "jupyter"]],
  ["JUPYTER_DATA_DIR", { JUPYTER_DATA_DIR: "data" }, ["data"]],
] as const)
  placing(`install.js --user means ${what}, and uninstall empties it`, ({ folder }) => {
    if (process.platform !== "linux") return;
    const set = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, join(folder, value)]));
    const kernel = join(folder, ...data, "kernels", "cellar");
    install(folder, [], set);
    assert.ok(existsSync(kernel));
    assert.match(install(folder, ["uninstall"], set).text, `removed ${kernel}`);
    assert.not.ok(existsSync(kernel));
    assert.match(install(folder, ["uninstall"], set).text, "nothing of Cellar is in");
  });

placing("install.js --sys-prefix means the active environment", ({ folder }) => {
  install(folder, ["--sys-prefix"], { VIRTUAL_ENV: join(folder, "env") });
  assert.ok(existsSync(join(folder, "env", "share", "jupyter", "kernels", "cellar", "kernel.json")));
});

placing("install.js says what it cannot write", ({ folder }) => {
  writeFileSync(join(folder, "file"), "");
  const { code, text } = install(folder, ["--prefix", join(folder, "file")]);
  assert.is(code, 1);
  assert.match(text, /Cannot install into .*; choose another place with --prefix DIR/);
});

placing("doctor tells where things are, and how to mend what is wrong", ({ folder }) => {
  symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"));
  install(folder, []);
  program(folder, "jupyter", 'case "$1" in lab) echo 4.6.4;; esac');
  const well = install(folder, ["doctor"]);
  assert.match(well.text, "All is well.");
  assert.is(well.code, 0);
  rmSync(join(folder, ".local", "share", "jupyter", "labextensions"), { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"name": "cellar", "version": "9.9.0", "type": "module"}');
  program(folder, "jupyter", 'case "$1" in lab) echo 3.6.1;; esac');
  const ill = install(folder, ["doctor"]);
  assert.is(ill.code, 1);
  assert.match(ill.text, /The extension is missing in .*\n {4}mend it: cellar install --user/);
  assert.match(ill.text, "is 9.8.7, not 9.9.0");
  assert.match(ill.text, "JupyterLab is 3.6.1; Cellar is made for 4.6");
});
placing.run();
