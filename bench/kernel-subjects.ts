import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { KernelClient } from "../test/kernel/kernel-client.js";
import { PEERS, peerPython } from "./peer-install.js";

/** A kernel under measurement, and how its language says what is measured. */
export interface KernelSubject {
  readonly name: string;
  readonly version: string;
  /** Whether types are checked before a cell runs. */
  readonly checked: boolean;
  readonly cells: Cells;
  /** The program of a peer; undefined for this build of Cellar. */
  readonly command?: (connectionFile: string) => readonly string[];
  start(): Promise<KernelClient>;
}

interface Cells {
  /** Defines a name of its own and gives its value. */
  define(index: number): string;
  /** A variable named `text` that holds a text. */
  readonly text: string;
  /** A loop that ends by itself. */
  busy(ms: number): string;
  /** Prints as many lines, one call each. */
  print(lines: number): string;
  /** Ends the process it runs in. */
  readonly exit: string;
}

const TYPESCRIPT: Cells = {
  define: (index) => `const name${index} = ${index} + 1; name${index}`,
  text: "const text = 'warm'",
  busy: (ms) => `{ const end = Date.now() + ${ms}; while (Date.now() < end); }`,
  print: (lines) => `for (let i = 0; i < ${lines}; i++) console.log("line " + i)`,
  exit: "process.exit(3)",
};
const PYTHON: Cells = {
  define: (index) => `name${index} = ${index} + 1\nname${index}`,
  text: "text = 'warm'",
  busy: (ms) => `import time\nend = time.time() + ${ms / 1000}\nwhile time.time() < end: pass`,
  print: (lines) => `for i in range(${lines}): print("line", i)`,
  exit: "import os\nos._exit(3)",
};

const versionIn = (manifest: string): string =>
  (JSON.parse(readFileSync(manifest, "utf8")) as { readonly version: string }).version;
const OWN = versionIn(fileURLToPath(new URL("../../package.json", import.meta.url)));

/** Cellar as it is installed: cells are type-checked. */
export const CELLAR: KernelSubject = {
  name: "Cellar",
  version: OWN,
  checked: true,
  cells: TYPESCRIPT,
  start: () => KernelClient.start({ env: { CELLAR_CHECK: "error" } }),
};

/** Cellar without the type check. */
export const UNCHECKED: KernelSubject = {
  ...CELLAR,
  name: "Cellar, unchecked",
  checked: false,
  start: () => KernelClient.start({ env: { CELLAR_CHECK: "off" } }),
};

const inPeers = (...path: string[]): string => join(PEERS, "node_modules", ...path);

/** Kernels of others, those that are installed in bench/.peers. */
export function peerSubjects(): KernelSubject[] {
  const listed = [
    {
      name: "Deno",
      manifest: inPeers("deno", "package.json"),
      checked: false,
      cells: TYPESCRIPT,
      command: (file: string) => [inPeers(".bin", "deno"), "jupyter", "--kernel", "--conn", file],
    },
    {
      name: "tslab",
      manifest: inPeers("tslab", "package.json"),
      checked: true,
      cells: TYPESCRIPT,
      command: (file: string) => [process.execPath, inPeers("tslab", "bin", "tslab"), "kernel", "--config-path", file],
    },
  ];
  const node = listed
    .filter(({ manifest }) => existsSync(manifest))
    .map(({ manifest, ...rest }) => ({
      ...rest,
      version: versionIn(manifest),
      // A project's folder with Node's types: without them, tslab takes `console` for a type error.
      start: () => KernelClient.start({ command: rest.command, quiet: true, folder: PEERS }),
    }));
  const python = peerPython();
  if (!python) return node;
  const command = (file: string) => [python.program, "-m", "ipykernel_launcher", "-f", file];
  const version = python.versions.ipykernel!;
  const start = () => KernelClient.start({ command, quiet: true });
  return [...node, { name: "ipykernel", version, checked: false, cells: PYTHON, command, start }];
}
