import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import type { Json } from "../contracts/json.js";
import { runProgram } from "./run-program.js";

const HEADLESS = fileURLToPath(new URL("../../kernel/headless/main.js", import.meta.url));
const REGISTER = new URL("../export/register.js", import.meta.url).href;

interface RunFlags {
  readonly parameter: readonly string[];
  readonly out?: string;
}

/** `cellar run`: a notebook or a script, without Jupyter. */
export const runCommand = (): Command =>
  new Command("run")
    .description("run a notebook or a flow script, without Jupyter; ends with code 1 when a cell or a flow fails")
    .argument("<file>", "a notebook (.ipynb) or a script (.ts)")
    .argument("[flags...]", "flags of the script")
    .option("-p, --parameter <name=value>", "set a parameter (again for more)", collect, [])
    .option("-o, --out <notebook>", "write the notebook with its outputs")
    .passThroughOptions()
    .allowUnknownOption()
    .action(async (file: string, flags: string[], options: RunFlags) => {
      process.exitCode = await (extname(file) === ".ipynb" ? runNotebook : runScript)(file, flags, options);
    });

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

async function runNotebook(file: string, words: readonly string[], before: RunFlags): Promise<number> {
  const { parameter, out } = readLateFlags(words, before);
  const parameters = JSON.stringify(Object.fromEntries(parameter.map(readPair)));
  const output = out === undefined ? [] : ["--out", out];
  return runProgram(process.execPath, [HEADLESS, file, "--parameters", parameters, ...output]);
}

async function runScript(file: string, flags: readonly string[], { parameter, out }: RunFlags): Promise<number> {
  if (out !== undefined) throw new Error("Cannot write a notebook with outputs: a script has none");
  const given = parameter.map(splitPair).flatMap(([name, value]) => [`--${name}`, value]);
  return runProgram(process.execPath, ["--import", REGISTER, file, ...given, ...flags]);
}

/** What follows a file's name is left for scripts; a notebook's own flags may stand there as well. */
function readLateFlags(words: readonly string[], { parameter, out }: RunFlags): RunFlags {
  const late = new Command("run").exitOverride();
  late.option("-p, --parameter <name=value>", "", collect, [...parameter]).option("-o, --out <notebook>", "", out);
  late.parse([...words], { from: "user" });
  return late.opts<RunFlags>();
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf("=");
  if (at < 1) throw new Error(`Cannot read -p ${JSON.stringify(pair)}: write name=value`);
  return [pair.slice(0, at), pair.slice(at + 1)];
}

/** A value that is JSON is taken as such, any other as text. */
function readPair(pair: string): [string, Json] {
  const [name, text] = splitPair(pair);
  try {
    return [name, JSON.parse(text) as Json];
  } catch {
    return [name, text];
  }
}
