import type { FlowRunRecord } from "../../../src/contracts/records.js";
import { outlineRun, outlineType } from "../../../src/display/run-outline.js";
import { wordOf } from "./state-icon.js";

const CLASSES = {
  good: "fill:#dafbe1,stroke:#1a7f37",
  bad: "fill:#ffebe9,stroke:#cf222e",
  other: "fill:#f6f8fa,stroke:#57606a",
} as const;

/** A run as a Mermaid flowchart. https://mermaid.js.org/syntax/flowchart.html */
export function mermaidOf(run: FlowRunRecord): string {
  const outline = outlineRun(run);
  const ids = new Map(outline.map(({ name }, index) => [name, `n${index}`]));
  const lines = ["flowchart LR"];
  for (const call of outline) {
    const type = outlineType(call);
    const state = type ? wordOf(type) : "Planned";
    const kind =
      type === "Success" || type === "Cached" || type === "Mapped"
        ? "good"
        : /Failed|Crashed|TimedOut/.test(type ?? "")
          ? "bad"
          : "other";
    lines.push(`  ${ids.get(call.name)}["${labelOf(call.name)}<br/>${state}"]:::${kind}`);
  }
  for (const { name, upstream } of outline)
    for (const from of upstream) if (ids.has(from)) lines.push(`  ${ids.get(from)} --> ${ids.get(name)}`);
  for (const [name, style] of Object.entries(CLASSES)) lines.push(`  classDef ${name} ${style}`);
  return `${lines.join("\n")}\n`;
}

/** Mermaid reads entities in labels: whatever could end one is written as such. */
const labelOf = (text: string): string => text.replace(/[^\p{L}\p{N} _.,:()-]/gu, (char) => `#${char.codePointAt(0)};`);
