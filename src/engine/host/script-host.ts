import { dirname, relative, resolve } from "node:path";
import { openStore } from "../../store/open-store.js";
import type { Store } from "../../store/store.js";
import { defaultStorePath, folderOfStore } from "../../store/store-path.js";
import type { Surroundings } from "./host.js";

let installed: Surroundings | undefined;

/** Says what stands around the library; a kernel's session does so before any cell runs. */
export function setSurroundings(surroundings: Surroundings): void {
  installed = surroundings;
}

/** What stands around the library now: a plain script where nobody said otherwise. */
export function currentSurroundings(): Surroundings {
  installed ??= new ScriptSurroundings(process.argv[1]);
  return installed;
}

/** A script run by Node: its store lies next to it, and what is shown is printed. */
export class ScriptSurroundings implements Surroundings {
  readonly #folder: string;
  readonly #storePath: string;
  readonly #file: string | null;
  #store: Promise<Store> | undefined;

  /** @param script path of the main script; undefined at a prompt. */
  constructor(script: string | undefined) {
    this.#folder = script === undefined ? process.cwd() : dirname(resolve(script));
    this.#storePath = defaultStorePath(this.#folder);
    this.#file = script === undefined ? null : relative(folderOfStore(this.#storePath), resolve(script));
  }

  show(bundle: Parameters<Surroundings["show"]>[0]): void {
    const text = bundle["text/plain"];
    if (typeof text === "string") process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
  }

  place(): ReturnType<Surroundings["place"]> {
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

  began(): void {} // a script asks for what it wants to see

  interrupt(): undefined {
    return undefined;
  }
}
