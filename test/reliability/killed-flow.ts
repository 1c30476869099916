import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Dice } from "./dice.js";

export const TASKS = 200;
/** Lines of side.log: what tasks did, each line on disk before the task goes on. */
const SIDE_LOG = "side.log";
/** Larger values lie in files of their own. */
const LARGE_CHARACTERS = 70_000;

interface Spec {
  readonly name: string;
  /** Places of the tasks it takes values of. */
  readonly before: readonly number[];
  readonly delayMs: number;
  readonly size: number;
}

/** What the tasks of a flow are: each takes values of up to three before it. */
export function drawSpecs(dice: Dice): Spec[] {
  return Array.from({ length: TASKS }, (_, place) => ({
    name: `task-${place}`,
    before: [...new Set(Array.from({ length: Math.min(place, dice.below(4)) }, () => dice.below(place)))],
    delayMs: dice.below(12),
    size: dice.chance(0.03) ? LARGE_CHARACTERS : dice.below(200),
  }));
}

/**
 * A flow of the tasks in specs.json, as a script or a cell. A value has a mark that is new each time it is made, and
 * the marks of the values it was made from: a value that was lost and made again is told from the first one.
 */
export const flowCode = (library: string): string => `
import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { flow, task } from ${JSON.stringify(library)};
const note = (line) => {
  const file = openSync(${JSON.stringify(SIDE_LOG)}, "a");
  writeSync(file, "\\n" + JSON.stringify(line) + "\\n");
  fsyncSync(file);
  closeSync(file);
};
const step = task("step", async (spec, before) => {
  const from = before.map(({ mark }) => mark);
  note({ begins: spec.name, from });
  await new Promise((resolve) => setTimeout(resolve, spec.delayMs));
  const value = { name: spec.name, mark: randomUUID(), from, padding: "x".repeat(spec.size) };
  note({ made: spec.name, mark: value.mark });
  return value;
});
const specs = JSON.parse(readFileSync("specs.json", "utf8"));
const built = flow("killed", () => {
  const calls = [];
  for (const spec of specs) calls.push(step(spec, spec.before.map((place) => calls[place])));
});
const state = await built.run({ maxWait: "60s" });
console.log(state.type);
`;

/** A line of the side log. */
export type Note =
  | { readonly begins: string; readonly from: readonly string[] }
  | { readonly made: string; readonly mark: string };

/**
 * The whole lines of the side log so far. A kill can cut a write where a page of the file ends: what that line was to
 * tell had not happened yet.
 */
export function readNotes(folder: string): Note[] {
  let text = "";
  try {
    text = readFileSync(join(folder, SIDE_LOG), "utf8");
  } catch {
    return []; // no task has begun
  }
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .flatMap((line) => wholeNote(line) ?? []);
}

function wholeNote(line: string): Note | undefined {
  try {
    return line === "" ? undefined : (JSON.parse(line) as Note);
  } catch {
    return undefined;
  }
}
