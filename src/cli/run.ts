import { spawn } from "node:child_process";
import { stat } from "node:fs/promises";
import { extname } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { block } from "../display/plain-text.js";
import { requireParameterName } from "../export/parameter-type.js";
import { END_FD, type ScriptEnd } from "../export/script-end.js";
import { fileError } from "../export/text-file.js";
import { programEnd, runProgram } from "./run-program.js";
import { printJson } from "./say.js";

const HEADLESS = fileURLToPath(new URL("../../kernel/headless/main.js", import.meta.url));
const REGISTER = new URL("../export/register.js", import.meta.url).href;

interface RunFlags {
  readonly parameter: readonly string[];
  readonly out?: string;
  readonly json?: true;
  readonly check: boolean;
}

/** `cellar run`: a notebook or a script, without Jupyter. */
export const runCommand = (): Command =>
  new Command("run")
    .description("run a notebook or a flow script, without Jupyter; ends with code 1 when a cell or a flow fails")
    .argument("<file>", "a notebook (.ipynb) or a script (.ts)")
    .argument("[flags...]", "flags of the script")
    .option("-p, --parameter <name=value>", "set a parameter (again for more)", collect, [])
    .option("-o, --out <notebook>", "write the notebook with its outputs")
    .option("--json", "print how it ended as one line of JSON; what cells or the script print goes to standard error")
    .option("--no-check", "run a script without a type check")
    .passThroughOptions()
    .allowUnknownOption()
    .action(async (file: string, flags: string[], options: RunFlags) => {
      const isNotebook = extname(file) === ".ipynb";
      const given = isNotebook ? readLateFlags(flags, options) : options;
      given.parameter.forEach(splitPair); // a slip there is told before anything else
      await requireProgram(file);
      process.exitCode = await (isNotebook ? runNotebook(file, given) : runScript(file, flags, given));
    });

const PROGRAM = /^\.(ipynb|[cm]?[jt]s|[jt]sx)$/;

/** Told before Node or the kernel start, which would do so with a stack. */
async function requireProgram(file: string): Promise<void> {
  const found = await stat(file).catch((cause) => {
    throw fileError("run", file, cause);
  });
  if (found.isDirectory()) throw new Error(`Cannot run ${JSON.stringify(file)}: it is a folder; name a file in it`);
  if (!PROGRAM.test(extname(file)))
    throw new Error(`Cannot run ${JSON.stringify(file)}: it is neither a notebook (.ipynb) nor a script (.ts, .js)`);
}

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

async function runNotebook(file: string, { parameter, out, json }: RunFlags): Promise<number> {
  const parameters = JSON.stringify(Object.fromEntries(parameter.map(splitPair)));
  const output = out === undefined ? [] : ["--out", out];
  return runProgram(process.execPath, [
    HEADLESS,
    file,
    "--parameters",
    parameters,
    ...output,
    ...(json ? ["--json"] : []),
  ]);
}

async function runScript(file: string, flags: readonly string[], run: RunFlags): Promise<number> {
  const { parameter, out, json, check } = run;
  if (out !== undefined) throw new Error("Cannot write a notebook with outputs: a script has none");
  if (check) await refuseMistakes(file);
  const given = parameter.map(splitPair).map(([name, value]) => `--${name}=${value}`);
  const words = ["--import", REGISTER, file, ...given, ...flags];
  if (!json) return runProgram(process.execPath, words);
  const child = spawn(process.execPath, words, {
    stdio: ["inherit", 2, 2, "pipe"], // what the script prints is not what machines read
    env: { ...process.env, [END_FD]: "3" },
  });
  const end = text(child.stdio[3] as Readable);
  const code = await programEnd(child, process.execPath);
  printJson({ code, ...(JSON.parse((await end) || '{"runs":[]}') as ScriptEnd) });
  return code;
}

/** Types are checked before anything runs. @throws {Error} after the mistakes have been shown. */
async function refuseMistakes(file: string): Promise<void> {
  const { checkScript } = await import("../export/check-script.js"); // the compiler is slow to load
  const mistakes = checkScript(file);
  if (mistakes.length === 0) return;
  for (const mistake of mistakes) process.stderr.write(`${block(mistake)}\n`);
  const count = `${mistakes.length} ${mistakes.length === 1 ? "mistake" : "mistakes"}`;
  throw new Error(
    `Cannot run ${JSON.stringify(file)}: the type check found ${count}; mend them, or run it with --no-check`,
  );
}

/** What follows a file's name is left for scripts; a notebook's own flags may stand there as well. */
function readLateFlags(words: readonly string[], { parameter, out, json, check }: RunFlags): RunFlags {
  const late = new Command("run").exitOverride();
  late.option("-p, --parameter <name=value>", "", collect, [...parameter]).option("-o, --out <notebook>", "", out);
  late.option("--json", "", json).option("--no-check");
  late.parse([...words], { from: "user" });
  return { ...late.opts<RunFlags>(), check };
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf("=");
  if (at < 1) throw new Error(`Cannot read -p ${JSON.stringify(pair)}: write name=value`);
  return [requireParameterName(pair.slice(0, at)), pair.slice(at + 1)];
}
