import * as z from "zod";
import { shipFunction } from "../engine/threads/ship-function.js";
import { contentHash } from "../result/content-hash.js";
import type { SerializeError } from "../result/serialize-error.js";
import type { TaskDefinition } from "../task/task-definition.js";
import { bundleModules, isEverywhere, type ModuleBundle } from "./bundle-modules.js";

const DESTINATION = { where: "on a worker", executor: "QueueExecutor" } as const;

const binding = z.union([
  z.object({ unit: z.int() }),
  z.object({ value: z.int() }),
  z.object({ module: z.string(), exported: z.string() }),
]);
const artifact = z.object({
  /** Script of the functions: see `loadShipped`. */
  text: z.string(),
  units: z.array(z.object({ isClass: z.boolean(), bindings: z.array(binding).readonly() })).readonly(),
  /** ES module with the modules that came along; null where none did. */
  modules: z.string().nullable(),
  /** Packages that a worker is to have, with their versions where the code comes from. */
  external: z.record(z.string(), z.string().nullable()),
});
/** A task's code as it crosses: all that a machine needs that has none of its files. */
export type ArtifactJson = z.infer<typeof artifact>;

/** A task's code under the hash of its text, with what its functions refer to now. */
export interface ShippedTask {
  /** SHA-256 of `text`. */
  readonly id: string;
  readonly text: string;
  readonly constants: readonly unknown[];
  /** The error for a constant that cannot go along. */
  readonly refused: (cause: SerializeError) => TypeError;
}

/** @throws {SyntaxError} where the text is not the one that the id names, or no artifact. */
export function readArtifact(text: string, id: string): ArtifactJson {
  if (contentHash(text) !== id) throw new SyntaxError("the code is not what its hash says");
  return artifact.parse(JSON.parse(text));
}

/** Makes artifacts, each once while its modules stay as they are. */
export class ArtifactMaker {
  /** By the functions' text and the modules they import. */
  readonly #made = new Map<string, Promise<{ readonly id: string; readonly text: string }>>();

  /**
   * @param folder where imports are looked up from, now
   * @param external packages that workers have
   */
  constructor(
    private readonly folder: () => string,
    private readonly external: readonly string[],
  ) {}

  /** Files may have changed: they are looked at again. */
  refresh(): void {
    this.#made.clear();
  }

  /** @throws {TypeError} naming what cannot be shipped. */
  async make(task: TaskDefinition): Promise<ShippedTask> {
    const { text, units, constants, imports, refused } = shipFunction(task, DESTINATION);
    const folder = this.folder();
    const specifiers = imports.filter((each) => !isEverywhere(each)).sort();
    const key = JSON.stringify([folder, specifiers, text, units]);
    let making = this.#made.get(key);
    if (!making) {
      making = this.#bundle(task.name, folder, specifiers).then((bundle) => artifactOf({ text, units }, bundle));
      making.catch(() => this.#made.delete(key)); // its files may be mended
      this.#made.set(key, making);
    }
    return { ...(await making), constants, refused };
  }

  async #bundle(taskName: string, folder: string, specifiers: readonly string[]): Promise<ModuleBundle | null> {
    if (specifiers.length === 0) return null;
    try {
      return await bundleModules({ folder, specifiers, external: this.external });
    } catch (cause) {
      const [first] = (cause as { errors?: { text: string }[] }).errors ?? [];
      const { message } = cause as Error;
      throw new TypeError(`Cannot run task "${taskName}" on a worker: ${first?.text ?? message}`, { cause });
    }
  }
}

function artifactOf(code: Pick<ArtifactJson, "text" | "units">, bundle: ModuleBundle | null) {
  const json: ArtifactJson = { ...code, modules: bundle?.text ?? null, external: bundle?.external ?? {} };
  const text = JSON.stringify(json);
  return { id: contentHash(text), text };
}
