#!/usr/bin/env node
/**
 * Sets Cellar up: packages, build, JupyterLab in .venv, kernelspec and JupyterLab extension. Each step is
 * skipped when nothing it depends on has changed. Beside no sources, as npm installs the package, it
 * copies kernelspec and extension alone. Imports nothing of ours: it runs before anything is there.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(fileURLToPath(import.meta.url));
const WINDOWS = process.platform === "win32";
const IN_SOURCES = existsSync(join(ROOT, "src")) && existsSync(join(ROOT, "tsconfig.json"));
const COMPILED = ["src", "kernel", "test", "bench"];
const VENV = join(ROOT, ".venv");
const STAMPS = join(ROOT, ".install");
const NODE_FLOOR = [20, 17];
const PYTHON_FLOOR = [3, 10];
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const USAGE = `node install.js [--user | --sys-prefix | --prefix DIR] [--with-tests]
node install.js uninstall [--user | --sys-prefix | --prefix DIR]
node install.js doctor`;

/** A thing that is missing or broken, with its remedy: told without a stack. */
class SetupError extends Error {}

// ---------------------------------------------------------------- what is asked

function readCommandLine(args) {
  const asked = { command: "install", place: "--user", prefix: null, withTests: false };
  for (let i = 0; i < args.length; i++) {
    const [flag, inline] = args[i].split(/=(.*)/s);
    if (["install", "uninstall", "doctor"].includes(flag)) asked.command = flag;
    else if (flag === "--user" || flag === "--sys-prefix") asked.place = flag;
    else if (flag === "--prefix") {
      asked.place = flag;
      asked.prefix = inline ?? args[++i];
      if (!asked.prefix) throw new SetupError("Cannot read --prefix: the folder is missing");
    } else if (flag === "--with-tests") asked.withTests = true;
    else if (flag === "--help" || flag === "-h") asked.command = "help";
    else throw new SetupError(`Cannot understand ${JSON.stringify(flag)}; what there is:\n${USAGE}`);
  }
  return asked;
}

/** Jupyter's data folder that the flags mean. */
function dataFolder({ place, prefix }) {
  if (place === "--prefix") return join(resolve(prefix), "share", "jupyter");
  if (place === "--user") return userDataFolder();
  const sysPrefix = process.env.VIRTUAL_ENV ?? pythonSays(requirePython(), "import sys; print(sys.prefix)");
  return join(sysPrefix, "share", "jupyter");
}

/** https://docs.jupyter.org/en/latest/use/jupyter-directories.html */
function userDataFolder() {
  if (process.env.JUPYTER_DATA_DIR) return process.env.JUPYTER_DATA_DIR;
  if (process.platform === "darwin") return join(homedir(), "Library", "Jupyter");
  if (WINDOWS) return join(process.env.APPDATA ?? join(homedir(), "AppData", "Roaming"), "jupyter");
  return join(process.env.XDG_DATA_HOME ?? join(homedir(), ".local", "share"), "jupyter");
}

// ---------------------------------------------------------------- running and stamping

const say = (line) => process.stderr.write(`cellar: ${line}\n`);

/** Runs a program in the project's folder; its words are shown when it fails. */
function run(program, args, why, remedy = () => "its own words stand above") {
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error?.code === "ENOENT") throw new SetupError(`Cannot ${why}: ${program} is missing`);
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ""}${stderr ?? ""}`);
  throw new SetupError(`Cannot ${why}: ${remedy()}`);
}

/** npm as it was started, else the one on the PATH. */
function npm(args, why, remedy) {
  const script = process.env.npm_execpath;
  if (script && /\.c?js$/.test(script)) run(process.execPath, [script, ...args], why, remedy);
  else run(WINDOWS ? "npm.cmd" : "npm", args, why, remedy);
}

const has = (program) => spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;

/** SHA-256 over names and bytes of files and folders, in a fixed order. */
function fingerprint(paths, extra = "") {
  const hash = createHash("sha256").update(extra);
  for (const path of paths.flatMap((each) => filesBelow(join(ROOT, each)))) {
    const bytes = readFileSync(path);
    hash.update(`${relative(ROOT, path)}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}

function filesBelow(path) {
  if (!existsSync(path)) return [];
  let entries;
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (error.code === "ENOTDIR") return [path];
    throw error;
  }
  return entries
    .filter((entry) => !["node_modules", "lib", "__pycache__"].includes(entry.name) && !entry.name.startsWith("."))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => filesBelow(join(path, entry.name)));
}

const stamped = (step, mark) =>
  existsSync(join(STAMPS, step)) && readFileSync(join(STAMPS, step), "utf8").trim() === mark;

function stamp(step, mark) {
  mkdirSync(STAMPS, { recursive: true });
  writeFileSync(join(STAMPS, step), `${mark}\n`);
}

// ---------------------------------------------------------------- steps

function checkNode() {
  if (reaches(process.versions.node, NODE_FLOOR)) return;
  throw new SetupError(
    `Cannot run on Node ${process.versions.node}: Cellar needs ${NODE_FLOOR.join(".")} or newer; install one from nodejs.org`,
  );
}

function reaches(version, [major, minor]) {
  const [a = 0, b = 0] = version.split(".").map(Number);
  return a > major || (a === major && b >= minor);
}

function installPackages() {
  const mark = fingerprint(["package.json", "package-lock.json", "extension/package.json"]);
  const complete = packagesComplete();
  if (complete && stamped("packages", mark)) return;
  if (!complete) {
    say("installing packages (npm ci); the first time, this takes some minutes");
    npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"], "install packages", compilerRemedy);
  }
  checkNativeModules();
  stamp("packages", mark);
}

/** Whether node_modules holds what the lock file says; packages for other platforms may be missing. */
function packagesComplete() {
  const installedLock = join(ROOT, "node_modules", ".package-lock.json");
  if (!existsSync(installedLock)) return false;
  const installed = JSON.parse(readFileSync(installedLock, "utf8")).packages;
  const locked = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")).packages;
  return Object.entries(locked).every(
    ([path, entry]) =>
      !path.includes("node_modules/") ||
      entry.optional ||
      (installed[path]?.version === entry.version && existsSync(join(ROOT, path, "package.json"))),
  );
}

function checkNativeModules() {
  for (const name of ["sqlite3", "zeromq"]) {
    const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", `await import("${name}")`], {
      cwd: ROOT,
      encoding: "utf8",
    });
    if (status !== 0)
      throw new SetupError(
        `Cannot load the package ${name}: ${lastLine(stderr)}; remove node_modules and run again (${compilerRemedy()})`,
      );
  }
}

const lastLine = (text) => text.split("\n").find((line) => /Error/.test(line)) ?? text.trim();

function compilerRemedy() {
  const missing = [WINDOWS || has("cc") || "a C++ compiler", WINDOWS || has("make") || "make"].filter(
    (each) => each !== true,
  );
  if (missing.length === 0) return "see npm's words above";
  return `${missing.join(" and ")} is missing; install compiler tools (Debian: apt-get install build-essential; macOS: xcode-select --install)`;
}

function build() {
  const sources = COMPILED.flatMap((folder) => filesBelow(join(ROOT, folder))).filter((path) => /\.tsx?$/.test(path));
  const outputs = sources.filter((path) => !path.endsWith(".d.ts") && !path.includes(join("browser", "views")));
  const complete = outputs.every((path) => existsSync(outputOf(path)));
  const mark = fingerprint([...COMPILED, "tsconfig.json", "package-lock.json"]);
  if (complete && stamped("build", mark)) return;
  say("building");
  if (!complete) rmSync(join(ROOT, "dist", ".tsbuildinfo"), { force: true }); // else tsc believes they are there
  removeOrphans(new Set(outputs.map(outputOf)));
  const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  run(process.execPath, [compiler, "-p", "."], "build", () => "the type errors stand above");
  stamp("build", mark);
}

const outputOf = (source) => join(ROOT, "dist", relative(ROOT, source)).replace(/\.tsx?$/, ".js");

/** Compiled files whose source is gone: a test that was removed must not run for ever. */
function removeOrphans(outputs) {
  for (const path of COMPILED.flatMap((folder) => filesBelow(join(ROOT, "dist", folder))))
    if (/\.(js|js\.map|d\.ts)$/.test(path) && !outputs.has(path.replace(/(\.js\.map|\.d\.ts)$/, ".js"))) rmSync(path);
}

function buildExtension() {
  const manifest = join(ROOT, "dist", "labextension", "package.json");
  const own = ["schema", "src", "style", "package.json", "tsconfig.json"].map((name) => join("extension", name));
  const mark = fingerprint([...own, "src/contracts", "src/display", "package-lock.json"]);
  if (existsSync(manifest) && stamped("extension", mark)) return;
  say("building the JupyterLab extension");
  npm(["run", "build", "--silent", "--workspace", "extension"], "build the JupyterLab extension");
  stamp("extension", mark);
}

const PIP = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"];

function installJupyterLab(withTests) {
  const python = venvProgram("python");
  const lists = ["requirements.txt", ...(withTests ? ["requirements-test.txt"] : [])];
  const marks = lists.map((list) => [list, fingerprint([list])]);
  const manifest = join(VENV, "package.json");
  const standing = existsSync(python) && existsSync(venvProgram("jupyter-lab")) && existsSync(manifest);
  if (standing && marks.every(([list, mark]) => stamped(list, mark))) return;
  if (!existsSync(python)) {
    say("making .venv");
    run(requirePython(), ["-m", "venv", "--clear", VENV], "make .venv");
  }
  say(withTests ? "installing JupyterLab and the tests' Python packages" : "installing JupyterLab");
  run(python, [...PIP, ...lists.flatMap((list) => ["-r", list])], "install JupyterLab into .venv");
  // JupyterLab starts CommonJS scripts of its own from there: they must not inherit our "type": "module".
  writeFileSync(manifest, '{"type": "commonjs"}\n');
  for (const [list, mark] of marks) stamp(list, mark);
}

/** papermill's translator, with the extension beside it: built with the setuptools that the tests' packages bring. */
function installPythonPackage() {
  const python = venvProgram("python");
  const mark = fingerprint([join("extension", "python"), join("dist", "labextension")]);
  if (stamped("python", mark) && pythonSays(python, "import cellar_lab; print('ok')") === "ok") return;
  const build = ["--no-build-isolation", "--no-deps", join("extension", "python")];
  run(python, [...PIP, ...build], "install the Python package into .venv");
  stamp("python", mark);
}

const venvProgram = (name) => join(VENV, WINDOWS ? "Scripts" : "bin", WINDOWS ? `${name}.exe` : name);

/** A Python that can make .venv. */
function requirePython() {
  const asked = process.env.PYTHON;
  const debian = "Debian: apt-get install python3 python3-venv";
  const python = (asked ? [asked] : ["python3", "python"]).find(has);
  if (!python)
    throw new SetupError(
      `Cannot set up JupyterLab: Python is missing${asked ? ` at PYTHON=${asked}` : ""}; install Python ${PYTHON_FLOOR.join(".")} or newer (${debian}) or set PYTHON to one`,
    );
  const version = pythonSays(python, "import platform; print(platform.python_version())");
  if (!reaches(version, PYTHON_FLOOR))
    throw new SetupError(
      `Cannot set up JupyterLab: ${python} is Python ${version}, and ${PYTHON_FLOOR.join(".")} or newer is needed; set PYTHON to one`,
    );
  if (pythonSays(python, "import venv, ensurepip; print('ok')") !== "ok")
    throw new SetupError(`Cannot set up JupyterLab: ${python} lacks its venv module; install it (${debian})`);
  return python;
}

const pythonSays = (python, code) => spawnSync(python, ["-c", code], { encoding: "utf8" }).stdout?.trim() ?? "";

/** The tests drive a real browser. */
function installBrowser() {
  const asked = process.env.CHROMIUM_PATH;
  if (asked && !existsSync(asked))
    throw new SetupError(`Cannot find the browser: CHROMIUM_PATH=${asked} does not exist; correct or unset it`);
  if (asked || CHROMIUM.some(existsSync)) return;
  const remedy = "install Chromium (Debian: apt-get install chromium) or set CHROMIUM_PATH";
  if (process.getuid?.() !== 0 || !has("apt-get"))
    throw new SetupError(`Cannot run the browser tests: Chromium is missing; ${remedy}`);
  say("installing Chromium (apt-get install chromium)");
  run("apt-get", ["update", "-qq"], "update Debian's package lists");
  const packages = ["chromium", "fonts-dejavu-core"];
  process.env.DEBIAN_FRONTEND = "noninteractive";
  run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], "install Chromium", () => remedy);
}

/** The tests of many machines start a queue of their own. */
function installQueue() {
  if (has("redis-server") || has("valkey-server")) return;
  const remedy = "install redis-server or valkey-server (Debian: apt-get install redis-server)";
  if (process.getuid?.() !== 0 || !has("apt-get"))
    throw new SetupError(`Cannot run the tests of many machines: redis-server is missing; ${remedy}`);
  say("installing Redis (apt-get install redis-server)");
  run("apt-get", ["update", "-qq"], "update Debian's package lists");
  process.env.DEBIAN_FRONTEND = "noninteractive";
  const packages = ["redis-server"];
  run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], "install Redis", () => remedy);
}

/** V8's compiled code of TypeScript: without it, the first kernel on this machine starts more slowly, and no worse. */
function keepCompiler() {
  if (filesBelow(join(ROOT, "node_modules", ".cache", "cellar")).length > 0) return; // a kernel of another Node adds its own
  spawnSync(process.execPath, [join(ROOT, "dist", "kernel", "language", "keep-compiler.js")], { stdio: "ignore" });
}

// ---------------------------------------------------------------- kernelspec and extension

const KERNEL = "cellar";
const EXTENSION = "cellar-lab";
const MAIN = join(ROOT, "dist", "kernel", "main.js");
const SPEC = join(ROOT, "kernel", "kernelspec");
const BUILT_EXTENSION = join(ROOT, "dist", "labextension");
const version = () => JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).version;

const placesIn = (data) => ({
  kernel: join(data, "kernels", KERNEL),
  extension: join(data, "labextensions", EXTENSION),
});

function copyInto(data) {
  const { kernel, extension } = placesIn(data);
  for (const needed of [MAIN, SPEC, BUILT_EXTENSION])
    if (!existsSync(needed))
      throw new SetupError(`Cannot install Cellar: ${needed} is missing; install the package again`);
  try {
    replaceFolder(SPEC, kernel);
    const spec = JSON.parse(readFileSync(join(SPEC, "kernel.json"), "utf8"));
    const filled = { "{node}": process.execPath, "{main}": MAIN };
    spec.argv = spec.argv.map((word) => filled[word] ?? word);
    spec.metadata = { ...spec.metadata, cellar_version: version() };
    writeFileSync(join(kernel, "kernel.json"), `${JSON.stringify(spec, null, 2)}\n`);
    replaceFolder(BUILT_EXTENSION, extension);
    const origin = { packageManager: "npm", packageName: "cellar", uninstallInstructions: "Run: cellar uninstall" };
    writeFileSync(join(extension, "install.json"), `${JSON.stringify(origin, null, 2)}\n`);
  } catch (error) {
    throw new SetupError(`Cannot install into ${data}: ${error.message}; choose another place with --prefix DIR`);
  }
}

/** A leftover file of an older build beside the new ones would be loaded: the folder goes first. */
function replaceFolder(from, to) {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true });
}

function uninstall(data) {
  const standing = Object.values(placesIn(data)).filter((place) => existsSync(place));
  for (const place of standing) {
    rmSync(place, { recursive: true });
    say(`removed ${place}`);
  }
  if (standing.length === 0) say(`nothing of Cellar is in ${data}`);
}

// ---------------------------------------------------------------- doctor

/** Prints what is installed where, and for each thing that is wrong the command that mends it. */
function doctor() {
  const again = IN_SOURCES ? "node install.js" : "cellar install";
  const wrong = [];
  const tell = (what, detail) => console.log(`${what.padEnd(12)} ${detail}`);
  const bad = (detail, remedy) => wrong.push(`${detail}\n    mend it: ${remedy}`);

  tell("cellar", `${version()} in ${ROOT}`);
  tell("node", `${process.versions.node} (${process.execPath})`);
  if (!reaches(process.versions.node, NODE_FLOOR))
    bad("Node is too old", `install Node ${NODE_FLOOR.join(".")} or newer`);
  for (const name of ["sqlite3", "zeromq"]) {
    const loads = spawnSync(process.execPath, ["--input-type=module", "-e", `await import("${name}")`], { cwd: ROOT });
    tell(name, loads.status === 0 ? "loads" : "does not load");
    if (loads.status !== 0) bad(`The package ${name} does not load`, IN_SOURCES ? "npm ci" : "npm rebuild");
  }
  const jupyter = [venvProgram("jupyter"), "jupyter"].find(has);
  const lab = jupyter && spawnSync(jupyter, ["lab", "--version"], { encoding: "utf8" }).stdout?.trim();
  tell("jupyterlab", lab ? `${lab} (${jupyter})` : "not found");
  if (!lab) bad("JupyterLab is not found", IN_SOURCES ? again : "pip install jupyterlab==4.6.4");
  else if (!lab.startsWith("4.6."))
    bad(`JupyterLab is ${lab}; Cellar is made for 4.6`, "pip install jupyterlab==4.6.4");

  const found = dataFolders().map(inspectPlace).filter(Boolean);
  for (const place of found) {
    tell("kernel", place.kernel ?? `missing in ${place.data}`);
    tell("extension", place.extension ?? `missing in ${place.data}`);
    for (const problem of place.problems) bad(problem, `${again} ${flagFor(place.data)}`);
  }
  if (found.length === 0) bad("Kernel and extension are installed nowhere", `${again} --user`);
  console.log(wrong.length === 0 ? "\nAll is well." : `\n${wrong.length} wrong:\n  ${wrong.join("\n  ")}`);
  return wrong.length === 0 ? 0 : 1;
}

function dataFolders() {
  const prefixes = [VENV, process.env.VIRTUAL_ENV, process.env.CONDA_PREFIX, "/usr/local", "/usr"].filter(Boolean);
  const listed = (process.env.JUPYTER_PATH ?? "").split(delimiter).filter(Boolean);
  return [...new Set([...listed, userDataFolder(), ...prefixes.map((prefix) => join(prefix, "share", "jupyter"))])];
}

function inspectPlace(data) {
  const { kernel, extension } = placesIn(data);
  const spec = readJson(join(kernel, "kernel.json"));
  const manifest = readJson(join(extension, "package.json"));
  if (!spec && !manifest) return undefined;
  const gone = (spec?.argv ?? []).filter((word) => /^([A-Za-z]:)?[\\/]/.test(word) && !existsSync(word));
  const kernelVersion = spec?.metadata?.cellar_version;
  return {
    data,
    kernel: spec && `${kernelVersion} in ${kernel}`,
    extension: manifest && `${manifest.version} in ${extension}`,
    problems: [
      ...(spec ? [] : [`The kernel is missing in ${data}`]),
      ...(manifest ? [] : [`The extension is missing in ${data}`]),
      ...gone.map((path) => `The kernel in ${data} starts ${path}, which is gone`),
      ...(spec && kernelVersion !== version() ? [`The kernel in ${data} is ${kernelVersion}, not ${version()}`] : []),
      ...(manifest && manifest.version !== version()
        ? [`The extension in ${data} is ${manifest.version}, not ${version()}`]
        : []),
    ],
  };
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined; // missing or unreadable: the caller says that it is not there
  }
}

function flagFor(data) {
  if (data === userDataFolder()) return "--user";
  return `--prefix ${dirname(dirname(data))}`;
}

// ---------------------------------------------------------------- main

function main() {
  const asked = readCommandLine(process.argv.slice(2));
  if (asked.command === "help") return void console.log(USAGE);
  checkNode();
  if (asked.command === "doctor") {
    process.exitCode = doctor();
    return;
  }
  const data = dataFolder(asked);
  if (asked.command === "uninstall") return uninstall(data);
  if (IN_SOURCES) {
    if (!existsSync(venvProgram("python"))) requirePython(); // told before minutes of other work
    installPackages();
    build();
    buildExtension();
    installJupyterLab(asked.withTests);
    if (asked.withTests) installPythonPackage();
    if (asked.withTests) installBrowser();
    if (asked.withTests) installQueue();
  }
  copyInto(data);
  keepCompiler();
  say(`kernel and extension are in ${data}`);
}

try {
  main();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
