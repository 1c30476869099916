import { Command } from "commander";
import type { FlowRunSummary } from "../contracts/records.js";
import { STATE_LOOKS } from "../contracts/state-look.js";
import { formatDuration } from "../display/human-units.js";
import { oneLine } from "../display/plain-text.js";
import { keptAndRan } from "../display/run-outline.js";
import { readCount } from "./count.js";
import { withStore, withStoreFlag } from "./existing-store.js";
import { printJson } from "./say.js";

interface RunsFlags {
  readonly store?: string;
  readonly flow?: string;
  readonly limit: number;
  readonly json?: true;
}

/** `cellar runs`: the newest runs of a store. */
export const runsCommand = (): Command =>
  withStoreFlag(new Command("runs").description("list the newest flow runs"))
    .option("--flow <name>", "only of this flow")
    .option("--limit <count>", "at most so many", readCount, 20)
    .option("--json", "as JSON")
    .action(async ({ store: path, flow, limit, json }: RunsFlags) => {
      const filter = { limit, ...(flow !== undefined && { flow }) };
      const runs = await withStore(path, (store) => store.flowRuns(filter));
      if (json) printJson(runs, 2);
      else if (runs.length === 0) console.log("no runs yet");
      else for (const run of runs) console.log(line(run));
    });

function line({ id, flow, state, place, createdAt, startedAt, endedAt, kept, cached, ran }: FlowRunSummary): string {
  const { glyph, word } = STATE_LOOKS[state.type];
  const time = endedAt === null ? "" : formatDuration(endedAt - startedAt);
  const where = oneLine([place.file, place.cell].filter((each) => each !== null).join(" #"));
  return [
    id,
    new Date(createdAt).toISOString(),
    `${glyph} ${word}`,
    oneLine(flow),
    keptAndRan({ kept, cached, ran }),
    time,
    where,
  ].join("  ");
}
