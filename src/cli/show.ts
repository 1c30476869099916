import { Command } from "commander";
import { flowRunText } from "../display/flow-run-text.js";
import type { Store } from "../store/store.js";
import { withStore, withStoreFlag } from "./existing-store.js";
import { printJson } from "./say.js";

/** `cellar show`: one run with its tasks. */
export const showCommand = (): Command =>
  withStoreFlag(new Command("show").description("show a flow run with its tasks"))
    .argument("<run>", "id of the run, as `cellar runs` lists it, or how it begins")
    .option("--json", "as JSON")
    .action(async (id: string, { store: path, json }: { store?: string; json?: true }) => {
      const run = await withStore(path, async (store) => store.flowRun(await completeId(store, id)));
      if (!run) throw new RangeError(`Cannot show the run ${JSON.stringify(id)}: it was removed a moment ago`);
      if (json) printJson(run, 2);
      else console.log(flowRunText(run));
    });

/** Among so many of the newest runs, the beginning of an id is looked for. */
const NEWEST = 10_000;

/** The id that begins so. @throws {RangeError} when none or several do. */
async function completeId(store: Store, begin: string): Promise<string> {
  if (await store.flowRun(begin)) return begin;
  const runs = begin === "" ? [] : await store.flowRuns({ limit: NEWEST });
  const found = runs.map(({ id }) => id).filter((id) => id.startsWith(begin.toLowerCase()) || id.startsWith(begin));
  if (found.length === 1) return found[0]!;
  const refuse = `Cannot show the run ${JSON.stringify(begin)}: `;
  if (found.length > 1) {
    const some = found.slice(0, 5).join(", ");
    throw new RangeError(
      `${refuse}${found.length} runs begin so (${some}${found.length > 5 ? ", …" : ""}); write more of the id`,
    );
  }
  const newest = runs.length < NEWEST ? "" : ` among its ${NEWEST} newest`;
  throw new RangeError(`${refuse}the store has none whose id begins so${newest}; cellar runs lists them`);
}
