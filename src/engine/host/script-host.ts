import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { noteVariables } from "../../result/masking.js";
import { parseModule } from "../../source/parsed-module.js";
import { readVariables } from "../../source/read-variables.js";
import { openStore } from "../../store/open-store.js";
import type { Store } from "../../store/store.js";
import { defaultStorePath, folderOfStore } from "../../store/store-path.js";
import type { Host, LiveRun } from "./host.js";

/** A script run by Node: its store lies next to it, and what is shown is printed. */
export class ScriptHost implements Host {
  readonly #folder: string;
  readonly #storePath: string;
  readonly #file: string | null;
  #store: Promise<Store> | undefined;

  /** @param script path of the main script; undefined at a prompt. */
  constructor(script: string | undefined) {
    if (script !== undefined) noteVariablesOf(script);
    this.#folder = script === undefined ? process.cwd() : dirname(resolve(script));
    this.#storePath = defaultStorePath(this.#folder);
    this.#file = script === undefined ? null : relative(folderOfStore(this.#storePath), resolve(script));
  }

  show(bundle: Parameters<Host["show"]>[0]): void {
    const text = bundle["text/plain"];
    if (typeof text === "string") process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
  }

  place(): ReturnType<Host["place"]> {
    return { file: this.#file, cell: null };
  }

  importFolder(): string {
    return this.#folder;
  }

  store(): Promise<Store> {
    this.#store ??= openStore(this.#storePath);
    this.#store.catch(() => {
      this.#store = undefined; // what stood in the way may be gone next time
    });
    return this.#store;
  }

  began(_run: LiveRun): void {} // a script asks for what it wants to see

  interrupt(): undefined {
    return undefined;
  }
}

/** Hides the environment variables that a script reads: of plain JavaScript no transformation says which. */
function noteVariablesOf(script: string): void {
  try {
    const text = readFileSync(script, "utf8");
    if (text.includes("env")) noteVariables(readVariables(parseModule(text)));
  } catch {
    // no file, or no plain JavaScript: compiled code says itself what it reads
  }
}
