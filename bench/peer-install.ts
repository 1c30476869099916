import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the programs of others are installed, by this bench alone; ignored by git. */
export const PEERS = fileURLToPath(new URL("../../bench/.peers/", import.meta.url));

const NPM = { deno: "2.9.6", tslab: "1.0.22", "@types/node": "20.19.43" };
/** ipykernel as JupyterLab's list pins it; the test kit as the tests do. */
const PIP = { ipykernel: "7.4.0", jupyter_kernel_test: "0.7.0", prefect: "3.9.1" };

/** The peers' Python, with the versions of what is asked for; undefined where it is not installed. */
export function peerPython(): { readonly program: string; readonly versions: typeof PIP } | undefined {
  const program = join(PEERS, "python", "bin", "python");
  if (!existsSync(program)) return undefined;
  const code = `from importlib.metadata import version; [version(name) for name in ${JSON.stringify(Object.keys(PIP))}]`;
  return spawnSync(program, ["-c", code]).status === 0 ? { program, versions: PIP } : undefined;
}

/** Installs what is missing, and says in a line each what does not install. */
export function installPeers(say: (line: string) => void): void {
  mkdirSync(PEERS, { recursive: true });
  const manifest = join(PEERS, "package.json");
  if (!existsSync(manifest)) writeFileSync(manifest, JSON.stringify({ private: true, type: "commonjs" }));
  for (const [name, version] of Object.entries(NPM)) {
    if (existsSync(join(PEERS, "node_modules", name, "package.json"))) continue;
    say(`installing ${name} ${version}`);
    const installing = ["install", "--save-exact", "--no-audit", "--no-fund", "--loglevel=error", `${name}@${version}`];
    tell(say, name, spawnSync("npm", installing, { cwd: PEERS, encoding: "utf8", env: ownFolder() }));
  }
  if (peerPython()) return;
  say("installing ipykernel, jupyter_kernel_test and prefect");
  const venv = spawnSync("python3", ["-m", "venv", join(PEERS, "python")], { encoding: "utf8" });
  if (!tell(say, "a Python environment", venv)) return;
  const wanted = Object.entries(PIP).map(([name, version]) => `${name}==${version}`);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...wanted];
  tell(say, "prefect", spawnSync(join(PEERS, "python", "bin", "python"), pip, { encoding: "utf8" }));
}

/** What npm tells the scripts that it runs would bind an npm of theirs to the project's folder. */
const ownFolder = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_|^INIT_CWD$/i.test(name)));

function tell(say: (line: string) => void, name: string, ended: SpawnSyncReturns<string>): boolean {
  if (ended.status === 0) return true;
  const [why] = (ended.error?.message ?? ended.stderr).trim().split("\n");
  say(`not measured: ${name} does not install (${why})`);
  return false;
}
