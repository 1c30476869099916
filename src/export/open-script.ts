import { realpathSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { Flow, RunOptions } from "../flow/flow.js";
import type { FlowState } from "../flow/flow-results.js";
import { RunOwnedError } from "../store/store.js";
import type { TaskCall } from "../task/task-call.js";

/** An exported script while it runs: its flags on the command line, and the runs it makes as the main module. */
export interface Script {
  /** Whether Node was started with this file. As an imported module it takes no flags and runs nothing. */
  readonly isMain: boolean;
  /**
   * The value of `--name` on the command line, read as what `initial` is: text, number, boolean, else JSON.
   * One that does not fit ends the process with code 2 and says so.
   */
  flag(name: string, initial: string): string;
  /** The same for a number. */
  flag(name: string, initial: number): number;
  /** The same for a switch. */
  flag(name: string, initial: boolean): boolean;
  /** The same for anything else, given as JSON. */
  flag<T>(name: string, initial: T): T;
  /** Runs a flow, says how it ended, and lets the process end with code 1 when it failed. Flags go to its parameters. */
  run(flow: Flow, options?: RunOptions): Promise<FlowState>;
  /** Runs calls that stand outside every flow, side by side, in the same way. */
  finish(calls: readonly TaskCall[]): Promise<void>;
}

/** Opens the script of a module: called once, by the script itself, with its `import.meta.url`. */
export function openScript(url: string): Script {
  const isMain = isMainModule(url);
  const given = isMain ? orEnd(() => readFlags(process.argv.slice(2))) : new Map<string, string | true>();
  const known = new Set<string>();

  function flag<T>(name: string, initial: T): T {
    known.add(name);
    const text = given.get(name);
    return text === undefined ? initial : (orEnd(() => parseFlag(name, text, initial)) as T);
  }
  async function run(flow: Flow, options: RunOptions = {}): Promise<FlowState> {
    const parameters: { [name: string]: unknown } = { ...options.parameters };
    for (const [name, { options: declared }] of flow.graph.parameters) {
      known.add(name);
      const text = given.get(name);
      if (text !== undefined) parameters[name] = orEnd(() => parseFlag(name, text, declared.default ?? ""));
    }
    orEnd(() => refuseUnknown(given, known));
    const state = await flow.run({ ...options, parameters }).catch(endOnSlip);
    console.log(describeEnd(flow.name, state));
    if (!state.isSuccessful()) process.exitCode = 1;
    return state;
  }
  async function finish(calls: readonly TaskCall[]): Promise<void> {
    orEnd(() => refuseUnknown(given, known));
    for (const [index, state] of (await Promise.all(calls.map((call) => call.run()))).entries()) {
      console.log(describeEnd(calls[index]!.name, state));
      if (!state.isSuccessful()) process.exitCode = 1;
    }
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

function parseFlag(name: string, text: string | true, initial: unknown): unknown {
  const refuse = (wanted: string): never => {
    throw new TypeError(
      `Cannot read --${name}: ${text === true ? "its value is missing" : `${JSON.stringify(text)} is not ${wanted}`}`,
    );
  };
  if (typeof initial === "boolean") {
    if (text === true || text === "true") return true;
    return text === "false" ? false : refuse("true or false");
  }
  if (text === true) return refuse("given");
  if (typeof initial === "string") return text;
  if (typeof initial === "number")
    return text.trim() === "" || Number.isNaN(Number(text)) ? refuse("a number") : Number(text);
  if (typeof initial === "bigint") return /^-?\d+$/.test(text) ? BigInt(text) : refuse("a whole number");
  if (initial instanceof Date) {
    const date = new Date(text);
    return Number.isNaN(date.getTime()) ? refuse("a date") : date;
  }
  try {
    return JSON.parse(text);
  } catch {
    return refuse("JSON");
  }
}

function refuseUnknown(given: ReadonlyMap<string, unknown>, known: ReadonlySet<string>): void {
  const unknown = [...given.keys()].find((name) => !known.has(name));
  if (unknown === undefined) return;
  const names = [...known].map((name) => `--${name}`).join(", ");
  throw new TypeError(
    `Cannot understand --${unknown}: ${names === "" ? "the script has no flags" : `the flags are ${names}`}`,
  );
}

const describeEnd = (name: string, { type, message }: { type: string; message: string | null }): string =>
  `${name}: ${type}${message === null ? "" : ` (${message})`}`;
