import { realpathSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { Flow, RunOptions } from "../flow/flow.js";
import type { FlowState } from "../flow/flow-results.js";
import { RunOwnedError } from "../store/store.js";
import type { TaskCall } from "../task/task-call.js";
import { type ParameterType, readParameter } from "./parameter-type.js";

/** An exported script while it runs: its flags on the command line, and the runs it makes as the main module. */
export interface Script {
  /** Whether Node was started with this file. As an imported module it takes no flags and runs nothing. */
  readonly isMain: boolean;
  /**
   * The value of `--name` on the command line, read by the type that the script was opened with, else as what
   * `initial` is. One that does not fit ends the process with code 2 and says so.
   */
  flag(name: string, initial: string): string;
  /** The same for a number. */
  flag(name: string, initial: number): number;
  /** The same for a switch. */
  flag(name: string, initial: boolean): boolean;
  /** The same for anything else, given as JSON. */
  flag<T>(name: string, initial: T): T;
  /** Runs a flow, and lets the process end with code 1 when it did not succeed. Flags go to its parameters. */
  run(flow: Flow, options?: RunOptions): Promise<FlowState>;
  /** Runs calls that stand outside every flow, side by side, in the same way. */
  finish(calls: readonly TaskCall[]): Promise<void>;
}

/** Flags of a script with the types that its notebook declares. */
export type ScriptFlags = { readonly [name: string]: ParameterType };

/**
 * Opens the script of a module: called once, by the script itself, with its `import.meta.url`. As the main module it
 * answers `--help` and ends.
 */
export function openScript(url: string, types: ScriptFlags = {}): Script {
  const isMain = isMainModule(url);
  const given = isMain ? orEnd(() => readFlags(process.argv.slice(2))) : new Map<string, string | true>();
  const known = new Set<string>(Object.keys(types));
  if (given.has("help") && !known.has("help")) endWithHelp(types);
  const parse = (name: string, text: string | true, initial: unknown): unknown =>
    orEnd(() => parseFlag(name, text, types[name] ?? typeOf(initial)));

  function flag<T>(name: string, initial: T): T {
    known.add(name);
    const text = given.get(name);
    return text === undefined ? initial : (parse(name, text, initial) as T);
  }
  async function run(flow: Flow, options: RunOptions = {}): Promise<FlowState> {
    const parameters: { [name: string]: unknown } = { ...options.parameters };
    for (const [name, { options: declared }] of flow.graph.parameters) {
      known.add(name);
      const text = given.get(name);
      if (text !== undefined) parameters[name] = parse(name, text, declared.default ?? "");
    }
    orEnd(() => refuseUnknown(given, known));
    const state = await flow.run({ ...options, parameters }).catch(endOnSlip);
    if (!state.isSuccessful()) process.exitCode ??= 1;
    return state;
  }
  async function finish(calls: readonly TaskCall[]): Promise<void> {
    orEnd(() => refuseUnknown(given, known));
    const states = await Promise.all(calls.map((call) => call.run()));
    if (!states.every((state) => state.isSuccessful())) process.exitCode ??= 1;
  }
  return { isMain, flag, run, finish };
}

/** A slip on the command line is no fault of the script: told without a stack. */
function orEnd<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    return end(error as Error);
  }
}

/** A parameter that the flow refuses, or a run that another process holds; any other error is the script's. */
function endOnSlip(error: unknown): never {
  if (error instanceof TypeError || error instanceof RunOwnedError) return end(error);
  throw error;
}

function end({ message }: Error): never {
  process.stderr.write(`${basename(process.argv[1] ?? "script")}: ${message}\n`);
  process.exit(2);
}

function isMainModule(url: string): boolean {
  const started = process.argv[1];
  if (started === undefined) return false;
  try {
    return realpathSync(started) === realpathSync(fileURLToPath(url));
  } catch {
    return false; // started by a program that gives no file
  }
}

/** `--name value`, `--name=value`, `--name`, `--no-name`; `--dry-run` is dryRun as well. */
function readFlags(args: readonly string[]): Map<string, string | true> {
  const flags = new Map<string, string | true>();
  for (let at = 0; at < args.length; at++) {
    const word = /^--([^=]+)(?:=(.*))?$/s.exec(args[at]!);
    if (!word) throw new TypeError(`Cannot read the argument ${JSON.stringify(args[at])}: flags begin with --`);
    const [, name = "", inline] = word;
    const next = args[at + 1];
    if (inline !== undefined) flags.set(camelCase(name), inline);
    else if (next !== undefined && !next.startsWith("--")) {
      flags.set(camelCase(name), next);
      at += 1;
    } else if (name.startsWith("no-")) flags.set(camelCase(name.slice("no-".length)), "false");
    else flags.set(camelCase(name), true);
  }
  return flags;
}

const camelCase = (name: string): string => name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

function parseFlag(name: string, text: string | true, type: ParameterType): unknown {
  if (text !== true) return readParameter(`--${name}`, text, type);
  if (type.includes("boolean")) return true;
  throw new TypeError(`Cannot set --${name}: its value is missing`);
}

/** Where nothing is declared, a value says what is wanted. */
function typeOf(initial: unknown): ParameterType {
  if (initial === null || initial === undefined) return ["any"];
  if (initial instanceof Date) return ["Date"];
  if (initial instanceof URL) return ["URL"];
  return [typeof initial === "object" ? "json" : typeof initial];
}

function endWithHelp(types: ScriptFlags): never {
  const lines = Object.entries(types).map(([name, type]) => `  --${name} <${type.join(" | ")}>`);
  const name = basename(process.argv[1] ?? "script");
  const flags = lines.length === 0 ? "It has no flags." : `Flags:\n${lines.join("\n")}`;
  process.stdout.write(
    `Usage: ${name}${lines.length === 0 ? "" : " [flags]"}\n\nRuns the flows of this script. ${flags}\nParameters of its flows are flags as well.\n`,
  );
  process.exit(0);
}

function refuseUnknown(given: ReadonlyMap<string, unknown>, known: ReadonlySet<string>): void {
  const unknown = [...given.keys()].find((name) => !known.has(name));
  if (unknown === undefined) return;
  const names = [...known].map((name) => `--${name}`).join(", ");
  throw new TypeError(
    `Cannot understand --${unknown}: ${names === "" ? "the script has no flags" : `the flags are ${names}`}`,
  );
}
