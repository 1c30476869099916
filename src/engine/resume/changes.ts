import type { TaskRunMemory } from "../../store/task-memory.js";
import type { Hashes } from "../../task/validators.js";
import type { ExecutionKeys } from "../task/task-execution.js";
import type { SourceParts } from "./source-key.js";

const MOST_TOLD = 3;

/** What of the source differs, by name: "source of `clean` changed"; null where it is the same. */
export function sourceChange(memory: TaskRunMemory, { source }: ExecutionKeys): string | null {
  if (memory.sourceKey === source.key) return null;
  const told = differing(memory.sourceParts ?? {}, source.parts).map(({ name, before, after }) => {
    const values = before?.startsWith("=") && after?.startsWith("=") ? ` ${before.slice(1)} → ${after.slice(1)}` : "";
    return before?.startsWith("#") || after?.startsWith("#")
      ? `source of \`${name}\` changed`
      : `\`${name}\` changed${values}`;
  });
  return told.length > 0 ? few(told) : "its source changed";
}

/**
 * Which inputs differ, with their old and new value where those are short: "limit 5 → 6"; null: none.
 * @param covers which of them count. @default all
 */
export function inputChange(
  memory: TaskRunMemory,
  keys: ExecutionKeys,
  { covers = (all: Hashes) => all, verb = "" } = {},
): string | null {
  const [then, now] = [covers(memory.inputKeys), covers(keys.inputs)];
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])];
  const changed = names.filter((name) => now[name] !== then[name]);
  if (changed.length === 0) return null;
  const [before, after] = [memory.inputPreviews ?? {}, keys.previews()];
  return few(changed.map((name) => name + verb + fromTo(before[name], after[name])));
}

function fromTo(before: string | undefined, after: string | undefined): string {
  if (before === undefined || after === undefined) return "";
  return before === after ? ` (${after})` : ` ${before} → ${after}`;
}

const few = (told: readonly string[]): string =>
  told.slice(0, MOST_TOLD).join(", ") + (told.length > MOST_TOLD ? ` and ${told.length - MOST_TOLD} more` : "");

function differing(before: SourceParts, after: SourceParts) {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => before[name] !== after[name])
    .map((name) => ({ name, before: before[name], after: after[name] }));
}
