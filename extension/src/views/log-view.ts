import type { LogRecord, TaskRunRecord } from "../../../src/contracts/records.js";
import { taskTitle } from "../../../src/display/run-outline.js";
import { element, setChildren, setText, type View } from "./element.js";
import type { FlowRunActions, RunScene } from "./flow-run-model.js";
import { logFeed, type ReadLog } from "./log-feed.js";
import { saveFile } from "./saved-file.js";
import { selectionKey } from "./timeline-view.js";
import { t } from "./translate.js";

/** More lines than this are downloaded, not scrolled through. */
const MOST_LINES = 2000;
const LEVELS = ["debug", "info", "warn", "error"] as const;
const levelOf = ({ level, source }: LogRecord): (typeof LEVELS)[number] =>
  level ?? (source === "stderr" ? "warn" : "info");

export interface LogView extends View<RunScene> {
  /** The view is not seen any more: nothing is asked for. */
  rest(): void;
}

/** What all tasks of a run wrote: follow, filter, search and download. */
export function logView(actions: FlowRunActions, select: (key: string | undefined) => void): LogView {
  const filter = element("input", {
    type: "search",
    class: "cl-input",
    placeholder: t("Search in lines and tasks"),
    "aria-label": t("Search the log"),
  });
  const level = element(
    "select",
    { class: "cl-input", "aria-label": t("Least level") },
    element("option", { value: "debug" }, t("All levels")),
    element("option", { value: "info" }, t("Info and above")),
    element("option", { value: "warn" }, t("Warnings and errors")),
    element("option", { value: "error" }, t("Errors")),
  );
  const following = element("input", { type: "checkbox", checked: true });
  following.checked = true;
  const allAttempts = element("input", { type: "checkbox" });
  const save = element("button", { type: "button", class: "cl-button" }, t("Download"));
  const count = element("span", { class: "cl-muted", "aria-live": "polite" });
  const list = element("div", { class: "cl-log", role: "log", tabindex: 0, "aria-label": t("Log") });
  const note = element("div", { class: "cl-note" });
  const node = element(
    "div",
    { class: "cl-logs" },
    element(
      "div",
      { class: "cl-filter", "data-lm-suppress-shortcuts": true },
      filter,
      level,
      element("label", { class: "cl-muted" }, following, " Follow"),
      element("label", { class: "cl-muted", title: t("Show the lines of all attempts") }, allAttempts, " All attempts"),
      save,
      count,
    ),
    list,
    note,
  );
  const readAll: ReadLog = (after) => actions.logs(undefined, after);
  const feed = logFeed(() => draw());
  let scene: RunScene | undefined;
  let drawn: readonly LogRecord[] = [];
  for (const control of [filter, level, allAttempts]) control.addEventListener("input", () => draw());
  list.addEventListener("scroll", () => {
    if (list.scrollTop + list.clientHeight < list.scrollHeight - 40) following.checked = false;
  });
  save.addEventListener("click", () => {
    if (!scene) return;
    const titles = titlesOf(scene);
    const text = matching().map((line) => `${lineText(line, titles)}\n`);
    saveFile({ name: `${scene.run.flow.replace(/[^\w.-]+/g, "-")}-log.txt`, type: "text/plain", parts: text });
  });

  function matching(): readonly LogRecord[] {
    const least = LEVELS.indexOf(level.value as (typeof LEVELS)[number]);
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const titles = scene ? titlesOf(scene) : new Map<string, TaskRunRecord>();
    const [from, to] = scene && !allAttempts.checked ? spanOf(scene) : [0, Number.POSITIVE_INFINITY];
    return feed.lines.filter((line) => {
      if (line.timestamp < from || line.timestamp > to) return false;
      if (LEVELS.indexOf(levelOf(line)) < least) return false;
      if (words.length === 0) return true;
      const all = lineText(line, titles).toLowerCase();
      return words.every((word) => all.includes(word));
    });
  }
  function draw(): void {
    if (!scene) return;
    const lines = matching();
    const shown = lines.slice(-MOST_LINES);
    setText(count, lines.length === feed.lines.length ? `${lines.length}` : `${lines.length} of ${feed.lines.length}`);
    const said =
      feed.refusal ??
      (feed.lines.length === 0
        ? "No task has written a line"
        : shown.length < lines.length
          ? `The last ${MOST_LINES} lines; download to have all`
          : "");
    setText(note, said);
    note.hidden = said === "";
    if (shown.length === drawn.length && shown.every((line, index) => line === drawn[index])) return;
    const grows =
      drawn.length > 0 && shown.length > drawn.length && drawn.every((line, index) => line === shown[index]);
    const titles = titlesOf(scene);
    if (grows) list.append(...shown.slice(drawn.length).map((line) => lineRow(line, titles, select)));
    else list.replaceChildren(...shown.map((line) => lineRow(line, titles, select)));
    drawn = shown;
    if (following.checked) list.scrollTop = list.scrollHeight;
  }
  return {
    node,
    update(next) {
      scene = next;
      if (next.link === "live" && next.trusted) feed.follow(readAll, next.running);
      draw();
      if (next.link !== "live" && feed.lines.length === 0) {
        setText(note, t("The log is read while the kernel is connected"));
        note.hidden = false;
      }
    },
    rest: () => feed.stop(),
  };
}

/** The time of the attempt that is shown: what was written outside of it belongs to another one. */
const spanOf = ({ run, newest }: RunScene): readonly [number, number] => [
  run.startedAt,
  newest === undefined || run.endedAt === null ? Number.POSITIVE_INFINITY : run.endedAt,
];

/** How many lines a drawer shows without being asked. */
const LAST_LINES = 20;

/** The last lines that one task wrote. Hidden while there are none. */
export function lastLines(
  actions: FlowRunActions,
): View<{ readonly task: TaskRunRecord | undefined; readonly live: boolean; readonly running: boolean }> {
  const list = element("div", { class: "cl-log", role: "log", tabindex: 0, "aria-label": t("Log of the task") });
  const more = element("div", { class: "cl-note" });
  const node = element("div", { class: "cl-last-lines" }, more, list);
  let taskId: string | undefined;
  let read: ReadLog | undefined;
  const feed = logFeed(() => draw());
  function draw(): void {
    const shown = feed.lines.slice(-LAST_LINES);
    const said =
      feed.refusal ??
      (feed.lines.length > shown.length
        ? `The last ${shown.length} of ${feed.lines.length} lines: all are in Logs`
        : "");
    setText(more, said);
    more.hidden = said === "";
    setChildren(
      list,
      shown.map((line) => lineRow(line, undefined, undefined)),
    );
    list.hidden = shown.length === 0;
    const section = node.closest<HTMLElement>(".cl-section");
    if (section) section.hidden = shown.length === 0 && said === "";
  }
  return {
    node,
    update({ task, live, running }) {
      if (!task || !live) {
        feed.stop();
        taskId = undefined;
        draw();
        return;
      }
      if (task.id !== taskId || !read) {
        taskId = task.id;
        const { id } = task;
        feed.stop();
        read = (after) => actions.logs(id, after);
      }
      feed.follow(read, running && task.endedAt === null);
      draw();
    },
  };
}

const titlesOf = ({ run }: RunScene): ReadonlyMap<string, TaskRunRecord> =>
  new Map(run.tasks.map((task) => [task.id, task]));

function lineText(line: LogRecord, tasks: ReadonlyMap<string, TaskRunRecord>): string {
  const task = tasks.get(line.taskRunId);
  return `${new Date(line.timestamp).toISOString()}  ${levelOf(line).padEnd(5)}  ${task ? taskTitle(task) : line.taskRunId}  ${line.text}`;
}

function lineRow(
  line: LogRecord,
  tasks: ReadonlyMap<string, TaskRunRecord> | undefined,
  select: ((key: string | undefined) => void) | undefined,
): HTMLElement {
  const task = tasks?.get(line.taskRunId);
  const date = new Date(line.timestamp);
  const name =
    task &&
    element("button", { type: "button", class: "cl-link cl-log-task", title: t("Select the task") }, taskTitle(task));
  if (name && task) name.addEventListener("click", () => select?.(selectionKey(task)));
  return element(
    "div",
    {
      class: "cl-log-line",
      "data-level": levelOf(line),
      title: `${date.toISOString()}${line.attempt && line.attempt > 1 ? `, attempt ${line.attempt}` : ""}`,
    },
    element("span", { class: "cl-log-time" }, date.toLocaleTimeString(undefined, { hour12: false })),
    name,
    levelOf(line) !== "info" && element("span", { class: "cl-log-level" }, levelOf(line)),
    element("span", { class: "cl-log-text" }, line.text),
  );
}
