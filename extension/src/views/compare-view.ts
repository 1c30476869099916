import type { FlowRunRecord, TaskRunRecord } from "../../../src/contracts/records.js";
import { formatDuration } from "../../../src/display/human-units.js";
import { reachedOnly, taskTitle } from "../../../src/display/run-outline.js";
import { element } from "./element.js";
import { stateBadge } from "./state-icon.js";
import { t } from "./translate.js";

/** Two runs or attempts side by side: states, times, results and why tasks ran, what differs first. */
export function compareView(left: FlowRunRecord, right: FlowRunRecord): HTMLElement {
  const runs = [reachedOnly(left), reachedOnly(right)] as const;
  const [ofLeft, ofRight] = runs.map(({ tasks }) => new Map(tasks.map((task) => [taskTitle(task), task])));
  const titles = [...new Set([...ofLeft!.keys(), ...ofRight!.keys()])];
  const rows = titles
    .map((title) => ({ title, pair: [ofLeft!.get(title), ofRight!.get(title)] as const }))
    .map((row) => ({ ...row, differs: differs(...row.pair) }))
    .sort((a, b) => Number(b.differs) - Number(a.differs));
  const changed = rows.filter((row) => row.differs).length;
  const names = runs.map(nameOf);
  return element(
    "section",
    { class: "cl-card cl-compare", "aria-label": t("Comparison of two runs") },
    element("h2", { class: "cl-title" }, `${left.flow}: ${names[0]} and ${names[1]}`),
    element("div", { class: "cl-facts" }, `${changed} of ${rows.length} task runs differ`),
    parametersOf(left, right),
    element(
      "div",
      { class: "cl-scroll", tabindex: 0, role: "region", "aria-label": t("Task runs") },
      element(
        "table",
        { class: "cl-table" },
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            ...["Task", names[0]!, names[1]!, "Time", "Result", "Why"].map((text) =>
              element("th", { scope: "col" }, text),
            ),
          ),
        ),
        element("tbody", {}, ...rows.map(({ title, pair, differs }) => rowOf(title, pair, differs))),
      ),
    ),
  );
}

type Pair = readonly [TaskRunRecord | undefined, TaskRunRecord | undefined];

const nameOf = (run: FlowRunRecord): string => `${new Date(run.startedAt).toLocaleString()}, attempt ${run.attempt}`;
const durationOf = (task: TaskRunRecord | undefined): number | undefined =>
  task?.startedAt == null || task.endedAt === null || task.kept ? undefined : task.endedAt - task.startedAt;

function differs(left: TaskRunRecord | undefined, right: TaskRunRecord | undefined): boolean {
  if (!left || !right) return true;
  return (
    left.state.type !== right.state.type ||
    left.state.result.id !== right.state.result.id ||
    left.state.error?.message !== right.state.error?.message
  );
}

function rowOf(title: string, [left, right]: Pair, isDifferent: boolean): HTMLElement {
  const [before, after] = [durationOf(left), durationOf(right)];
  const times = [before, after].map((time) => (time === undefined ? "–" : formatDuration(time))).join(" → ");
  const [one, other] = [left?.state.result.id, right?.state.result.id];
  const result = !one && !other ? "" : one === other ? "same" : "differs";
  return element(
    "tr",
    { "data-differs": isDifferent ? "true" : null },
    element("td", {}, title),
    element("td", {}, stateOf(left)),
    element("td", {}, stateOf(right)),
    element("td", { class: "cl-number" }, times),
    element("td", { title: [one, other].filter(Boolean).join(" → ") }, result),
    element("td", {}, right?.reason ?? right?.state.error?.message ?? ""),
  );
}

function stateOf(task: TaskRunRecord | undefined): Node | string {
  if (!task) return "–";
  const badge = stateBadge();
  badge.update(task.state.type);
  return badge.node;
}

function parametersOf(left: FlowRunRecord, right: FlowRunRecord): HTMLElement | null {
  const names = [...new Set([...Object.keys(left.parameters), ...Object.keys(right.parameters)])];
  const text = (run: FlowRunRecord, name: string): string => JSON.stringify(run.parameters[name]) ?? "–";
  const changed = names.filter((name) => text(left, name) !== text(right, name));
  if (changed.length === 0) return null;
  return element(
    "div",
    { class: "cl-message" },
    `Parameters: ${changed.map((name) => `${name} ${text(left, name)} → ${text(right, name)}`).join(", ")}`,
  );
}
