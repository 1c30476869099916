import { test } from "uvu";
import * as assert from "uvu/assert";
import type { FlowRunActions, FlowRunModel } from "../../extension/src/views/flow-run-model.js";
import { flowRunView } from "../../extension/src/views/flow-run-view.js";
import type { FlowRunRecord } from "../../src/contracts/records.js";
import { failedRun, largeRun, mappedRun, START, sampleState } from "../display/sample-runs.js";
import { closeDom } from "./dom.js";

function open(run: FlowRunRecord, more: Partial<FlowRunModel> = {}, actions: Partial<FlowRunActions> = {}) {
  const asked: string[] = [];
  const view = flowRunView({
    retry: async ({ kind, ...of }) => void asked.push(["retry", kind, ...Object.values(of)].join(" ")),
    cancel: async () => void asked.push("cancel"),
    preview: async () => ({ kind: "text", text: "", truncated: false }),
    logs: async () => [],
    history: async () => [],
    openCell: () => false,
    inputs: async () => ({}),
    attempts: async () => [],
    attempt: () => Promise.reject(new Error("no attempt")),
    downloads: { start: () => Promise.reject(new Error("none")), next: () => Promise.reject(new Error("none")) },
    drawMedia: () => {},
    ...actions,
  });
  const show = (next: FlowRunRecord, change: Partial<FlowRunModel> = {}) =>
    view.update({ run: next, link: "live", trusted: true, inNotebook: true, now: START + 60_000, ...more, ...change });
  show(run);
  const find = <E extends Element = HTMLElement>(selector: string) => view.node.querySelector<E>(selector)!;
  const findAll = (selector: string) => [...view.node.querySelectorAll<HTMLElement>(selector)];
  const press = (selector: string) => find(selector).dispatchEvent(new MouseEvent("click", { bubbles: true }));
  const tab = (name: string) =>
    findAll(".cl-tab")
      .find((each) => each.textContent === name)!
      .click();
  return { view, show, find, findAll, press, tab, asked };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));
const text = (node: Element | null) => node?.textContent ?? "";
const node = (name: string) => `.cl-node[data-name="${name}"]`;

test("flowRunView() says name, word, kept and ran", () => {
  const { find } = open(failedRun());
  assert.is(text(find(".cl-title")), "licence audit");
  assert.is(text(find(".cl-word")), "Failed");
  assert.is(text(find(".cl-facts")), "kept 2, ran 3 · attempt 2 · 4.2 s");
});

test("flowRunView() counts what came from the cache by itself, at the end and while the run goes on", () => {
  assert.match(
    text(open({ ...failedRun(), kept: 2, cached: 3, ran: 1 }).find(".cl-facts")),
    /^kept 2, cached 3, ran 1 ·/,
  );
  const run = mappedRun(40);
  const tasks = run.tasks.map((task) =>
    task.mapIndex !== null && task.mapIndex < 3
      ? { ...task, startedAt: null, state: { ...task.state, type: "Cached" as const } }
      : task,
  );
  assert.match(text(open({ ...run, tasks }).find(".cl-facts")), /^cached 3, ran 26 · /);
});

test("flowRunView() counts what was kept and what ran while the run goes on", () => {
  const run = mappedRun(20, 14);
  const tasks = run.tasks.map((task) => (task.mapIndex === null ? task : { ...task, kept: task.mapIndex < 3 }));
  const { find } = open({ ...run, kept: 0, ran: 0, tasks });
  assert.match(text(find(".cl-facts")), /^kept 3, ran 12 · /); // eleven children and readLock
});

test("flowRunView() counts states in words beside their signs", () => {
  const { findAll } = open(failedRun());
  assert.equal(
    findAll(".cl-legend-item").map((item) => [item.querySelector("svg")!.getAttribute("data-state"), text(item)]),
    [
      ["Success", "4 success"],
      ["Failed", "1 failed"],
      ["TriggerFailed", "1 trigger failed"],
    ],
  );
});

test("flowRunView() draws each call once, planned ones as ghosts", () => {
  const run = failedRun();
  const { find, findAll } = open({ ...run, tasks: run.tasks.slice(0, 3) });
  assert.is(findAll(".cl-node").length, 6);
  assert.is(find(node("publish")).getAttribute("data-state"), "Planned");
  assert.is(find(node("readLock")).getAttribute("data-kept"), "true");
  assert.ok(text(find(node("readLock"))).includes("kept"));
});

test("flowRunView() groups mapped children with counts", () => {
  const { find, findAll } = open(mappedRun(240));
  assert.is(findAll(".cl-node").length, 5);
  assert.ok(text(find(node("inspect"))).includes("163 of 240 items · 5 failed"));
});

test("flowRunView() keeps its nodes through an update", () => {
  const run = failedRun();
  const running = { ...run, endedAt: null, state: sampleState("Running"), tasks: run.tasks.slice(0, 3) };
  const { show, find } = open(running);
  const [root, before] = [find(".cl-graph-svg"), find(node("writeReport"))];
  show(run);
  assert.is(find(".cl-graph-svg"), root);
  assert.is(find(node("writeReport")), before);
  assert.is(before.getAttribute("data-state"), "Failed");
});

test("flowRunView() keeps zoom and selection through an update", () => {
  const { show, find, press, findAll } = open(failedRun());
  press(node("writeReport"));
  findAll(".cl-tools button")[2]!.click();
  const moved = find(".cl-graph-svg > g").getAttribute("transform");
  show({ ...failedRun(), attempt: 3 });
  assert.is(find(".cl-graph-svg > g").getAttribute("transform"), moved);
  assert.is(find(node("writeReport")).getAttribute("data-selected"), "true");
});

test("flowRunView() draws of 1 000 tasks the nodes in sight, and all as boxes when they are fitted", () => {
  const { find, findAll, view, tab } = open(largeRun(1000));
  tab("Graph");
  assert.ok(findAll(".cl-node").length > 3 && findAll(".cl-node").length < 200, `${findAll(".cl-node").length} nodes`);
  find("[aria-label='Fit']").click();
  const boxes = findAll(".cl-graph-svg .cl-far path").map((each) => each.getAttribute("d")!.split("M").length - 1);
  assert.is(
    boxes.reduce((sum, count) => sum + count, 0),
    1000,
  );
  assert.ok(findAll(".cl-node").length < 3);
  view.dispose();
});

const REFUSALS: readonly [string, Partial<FlowRunModel>, FlowRunRecord, string | null][] = [
  ["a failed run", {}, failedRun(), null],
  ["a failed run without a kernel", { link: "none" }, failedRun(), null],
  ["a successful run", {}, largeRun(3), "Nothing failed"],
  ["a running run", {}, mappedRun(20), "Still running"],
  ["an untrusted notebook", { trusted: false }, failedRun(), "Trust notebook to interact"],
  [
    "a page without kernel and cell",
    { link: "none", inNotebook: false },
    failedRun(),
    "Not in a notebook, and no kernel is connected",
  ],
];
for (const [what, model, run, reason] of REFUSALS)
  test(`flowRunView() ${reason === null ? "offers retry for" : "says why retry is off for"} ${what}`, async () => {
    const { find, press, asked } = open(run, model);
    assert.is(find(".cl-retry").getAttribute("title"), reason);
    assert.is(find(".cl-retry").getAttribute("aria-disabled"), reason === null ? null : "true");
    press(".cl-retry");
    await settled();
    assert.equal(asked, reason === null ? ["retry failed"] : []);
  });

test("flowRunView() runs all again, or from a task on, and says beforehand what that comes to", async () => {
  const run = failedRun();
  const { find, press, asked, show } = open(run);
  assert.is(find(".cl-again").title, "Runs 6 again, keeps 0");
  press(".cl-again");
  press(node("findLicences"));
  assert.is(find(".cl-rerun-from").title, "Runs 4 again, keeps 2");
  press(".cl-rerun-from");
  await settled();
  assert.equal(asked, ["retry all", "retry from findLicences"]);
  assert.ok(find(".cl-resume").hidden, "nothing is paused");
  show(run, { link: "none" });
  assert.ok(find(".cl-again").hidden);
  assert.ok(find(".cl-task-actions").hidden);
});

test("flowRunView() resumes a paused task", async () => {
  const run = failedRun();
  const tasks = run.tasks.map((each) => (each.name === "drawChart" ? { ...each, state: sampleState("Paused") } : each));
  const { find, press, asked } = open({ ...run, tasks });
  press(node("drawChart"));
  assert.not(find(".cl-resume").hidden);
  press(".cl-resume");
  await settled();
  assert.equal(asked, ["retry resume drawChart"]);
});

test("flowRunView() says in the drawer why a task was not run again", async () => {
  const { find, press } = open(
    failedRun(),
    {},
    { retry: () => Promise.reject(new Error("this session did not begin it")) },
  );
  press(node("drawChart"));
  press(".cl-rerun-from");
  await settled();
  assert.is(text(find(".cl-task-actions .cl-alert")), "this session did not begin it");
});

test("flowRunView() offers cancel only while the run goes on", async () => {
  const { find, press, asked, show } = open(mappedRun(20));
  assert.not(find(".cl-cancel").hasAttribute("data-away"));
  press(".cl-cancel");
  await settled();
  assert.equal(asked, ["cancel"]);
  show(failedRun());
  assert.ok(find(".cl-cancel").hasAttribute("data-away"));
});

test("flowRunView() shows a refused action in words", async () => {
  const { find, press } = open(
    failedRun(),
    {},
    { retry: () => Promise.reject(new Error("Cannot retry: the store is gone")) },
  );
  press(".cl-retry");
  await settled();
  assert.is(text(find(".cl-alert")), "Cannot retry: the store is gone");
  assert.not(find(".cl-alert").hidden);
});

const NOTES: readonly [Partial<FlowRunModel>, string][] = [
  [{ link: "live" }, ""],
  [{ link: "connecting" }, "Last known state; connecting to the kernel…"],
  [{ link: "none" }, "Last known state; kernel not connected"],
  [{ link: "missing" }, "Last known state. This kernel's store does not know the run"],
  [{ link: "live", trusted: false }, "Trust notebook to interact"],
];
for (const [model, note] of NOTES)
  test(`flowRunView() with ${JSON.stringify(model)} says ${JSON.stringify(note)}`, () => {
    assert.is(text(open(failedRun(), model).find(".cl-link-note")), note);
  });

test("flowRunView() shares one selection between graph, timeline, table and drawer", () => {
  const { find, press, tab, findAll } = open(failedRun());
  press(node("writeReport"));
  assert.is(text(find(".cl-drawer-title")), "writeReport");
  assert.ok(text(find(".cl-drawer .cl-error")).includes("does not exist"));
  assert.ok(text(find(".cl-drawer")).includes("3 of 3"));
  tab("Tasks");
  assert.equal(
    findAll(".cl-tasks tr[data-selected]").map((row) => text(row.querySelector(".cl-link"))),
    ["writeReport"],
  );
  tab("Timeline");
  assert.is(findAll(".cl-row[data-selected]").length, 1);
  press(".cl-drawer [aria-label='Close']");
  assert.ok(find(".cl-drawer").hidden);
});

test("flowRunView() reads a stored result only when someone opens it", async () => {
  const opened: string[] = [];
  const { find, press } = open(
    failedRun(),
    {},
    {
      async preview(this: FlowRunActions, id) {
        assert.type(this.retry, "function", "actions are called on their object");
        opened.push(id);
        return { kind: "table", columns: ["name"], rows: [["acorn"], ["zod"]], totalRows: 2 };
      },
    },
  );
  press(node("findLicences"));
  assert.equal(opened, []);
  press(".cl-drawer .cl-result .cl-button");
  await settled();
  assert.is(opened.length, 1);
  assert.equal([...find(".cl-drawer").querySelectorAll(".cl-preview-table td")].map(text), ["acorn", "zod"]);
  assert.ok(text(find(".cl-preview-table")).includes("2 rows"));
});

test("flowRunView() shows the log lines of a task", async () => {
  const { find, press, view } = open(
    failedRun(),
    {},
    {
      logs: async (taskRunId = "none") => [{ taskRunId, timestamp: START, text: "looked at 40 packages" }],
    },
  );
  press(node("findLicences"));
  await settled();
  assert.ok(text(find(".cl-drawer .cl-log")).includes("looked at 40 packages"), "without a click");
  view.dispose();
});

test("flowRunView() shows the log of all tasks, by level and by word", async () => {
  const { find, findAll, tab, view } = open(
    failedRun(),
    {},
    {
      logs: async (_of, after = 0) =>
        [
          { taskRunId: "task-findLicences-x", timestamp: START, text: "40 packages" },
          { taskRunId: "task-writeReport-x", timestamp: START + 5, text: "no folder", level: "error" as const },
        ].slice(after),
    },
  );
  tab("Logs");
  await settled();
  const lines = () => findAll(".cl-logs .cl-log-line").map((line) => text(line.querySelector(".cl-log-text")));
  assert.equal(lines(), ["40 packages", "no folder"]);
  const level = find<HTMLSelectElement>(".cl-logs select");
  level.value = "error";
  level.dispatchEvent(new Event("input"));
  assert.equal(lines(), ["no folder"]);
  level.value = "debug";
  const search = find<HTMLInputElement>(".cl-logs input[type=search]");
  search.value = "licences packages";
  search.dispatchEvent(new Event("input"));
  assert.equal(lines(), ["40 packages"]);
  view.dispose();
});

test("flowRunView() names what failed first, with its place and the others", async () => {
  const places: unknown[] = [];
  const run = failedRun();
  const stack = "Error: Cannot write\n    at writeReport (Cell [4], line 18:3)";
  const tasks = run.tasks.map((task) =>
    task.name === "writeReport"
      ? { ...task, state: { ...task.state, error: { name: "Error", message: "Cannot write\nmore", stack } } }
      : task,
  );
  const { find, press } = open({ ...run, tasks }, {}, { openCell: (place) => places.push(place) > 0 });
  assert.is(text(find(".cl-failed")), "✕ writeReportCannot writeCell [4], line 18+1 more");
  assert.ok(find(".cl-message").hidden, "the first failure says more than the flow's message");
  press(".cl-failed-place");
  assert.equal(places, [{ count: 4, line: 18, column: 3 }]);
  press(".cl-failed-name");
  assert.is(text(find(".cl-drawer-title")), "writeReport");
  press(".cl-failed-more");
  assert.equal(find(".cl-tab[aria-selected=true]").textContent, "Tasks");
  assert.is(find(".cl-task-table").querySelectorAll("tbody tr:not(.cl-spacer)").length, 2);
});

test("flowRunView() says what a waiting run waits for instead of running", () => {
  const run = failedRun();
  const tasks = run.tasks.map((task) =>
    task.name === "writeReport"
      ? {
          ...task,
          endedAt: null,
          state: { ...task.state, type: "Retrying" as const, startTime: START + 60_000 + 7_140_000 },
        }
      : task,
  );
  const open_ = { ...run, endedAt: null, state: sampleState("Running"), tasks: tasks.slice(0, 5) };
  const { find } = open(open_);
  assert.is(text(find(".cl-word")), "Waiting");
  assert.match(text(find(".cl-message")), /^writeReport retries at .*, in 1 h 59 min$/);
});

test("flowRunView() shows of a new attempt only what it has reached", () => {
  const { find, show } = open({ ...failedRun(), attempt: 3, endedAt: null, state: sampleState("Running") });
  assert.is(find(node("writeReport")).getAttribute("data-state"), "Planned");
  assert.is(find(node("readLock")).getAttribute("data-kept"), "true");
  const tasks = failedRun().tasks.map((task) => ({ ...task, attempt: 3 }));
  show({ ...failedRun(), attempt: 3, tasks });
  assert.is(find(node("writeReport")).getAttribute("data-state"), "Failed");
});

test("flowRunView() leads to an earlier attempt, where nothing can be acted on", async () => {
  const success = { ...failedRun(), attempt: 3, state: sampleState("Success"), tasks: [] };
  const { find } = open(success, {}, { attempt: async () => failedRun() });
  const choice = find<HTMLSelectElement>(".cl-attempt-switch");
  assert.equal(
    [...choice.options].map((each) => each.textContent),
    ["Attempt 3", "Attempt 2", "Attempt 1"],
  );
  choice.value = "2";
  choice.dispatchEvent(new Event("change"));
  await settled();
  assert.is(text(find(".cl-word")), "Failed");
  assert.is(find(".cl-retry").title, "An earlier attempt: choose attempt 3 to act");
  assert.match(text(find(".cl-link-note")), "An earlier attempt; the newest is attempt 3");
});

test("flowRunView() lists all children of a map, failed first, grouped by what they say", async () => {
  const { find, findAll, press, asked } = open(mappedRun(400));
  press(node("inspect"));
  assert.ok(findAll(".cl-child").length < 60, "rows in sight alone");
  const chips = findAll(".cl-chip").map(text);
  assert.ok(
    chips.some((chip) => /failed/.test(chip)),
    chips.join(),
  );
  assert.match(text(find(".cl-child")), /inspect\[/);
  press(".cl-chip[data-tone=bad]");
  assert.ok(findAll(".cl-child svg").every((icon) => icon.getAttribute("data-state") === "Failed"));
  assert.equal(asked, []);
});

test("flowRunView() walks the graph with the arrow keys", () => {
  const { find, findAll } = open(failedRun());
  const key = (name: string) =>
    find(".cl-graph-svg").dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
  const reached = () => findAll(".cl-node[tabindex='0']").map((each) => each.getAttribute("data-name"));
  assert.equal(reached(), ["readLock"]);
  for (const name of ["ArrowRight", "ArrowRight", "ArrowRight"]) key(name);
  assert.equal(reached().length, 1);
  assert.ok(["writeReport", "drawChart"].includes(reached()[0]!));
  key("Enter");
  assert.is(text(find(".cl-drawer-title")), reached()[0]);
  key("Escape");
  assert.ok(find(".cl-drawer").hidden);
});

test("flowRunView() turns the graph", () => {
  const { find, findAll } = open(failedRun());
  findAll(".cl-tools button")[0]!.click();
  assert.is(find(".cl-graph-svg").getAttribute("data-direction"), "TB");
});

test("flowRunView() filters and sorts the task table", () => {
  const { find, findAll, tab } = open(failedRun());
  tab("Tasks");
  const names = () => findAll(".cl-tasks .cl-link").map(text);
  assert.is(names().length, 6);
  findAll(".cl-sort")
    .find((each) => each.textContent === "Task")!
    .click();
  assert.equal(names(), ["drawChart", "findLicences", "listPackages", "publish", "readLock", "writeReport"]);
  const filter = find<HTMLInputElement>(".cl-filter input");
  filter.value = "does not exist";
  filter.dispatchEvent(new Event("input"));
  assert.equal(names(), ["writeReport"]);
});

test("flowRunView() draws only the table rows in sight", () => {
  const { findAll, tab } = open(mappedRun(5000));
  tab("Tasks");
  assert.ok(findAll(".cl-tasks tbody tr").length < 60);
});

test("flowRunView() gives each instance ids of its own", () => {
  const [one, other] = [open(failedRun()), open(failedRun())];
  const ids = [...one.findAll("[id]"), ...other.findAll("[id]")].map(({ id }) => id);
  assert.is(new Set(ids).size, ids.length);
});

test.after(closeDom);
test.run();
