import type { ErrorRecord, FlowRunRecord, ResultRecord, StateRecord, TaskRunRecord } from "../contracts/records.js";
import { FAILED_TYPES, NO_RESULT_RECORD } from "../contracts/records.js";
import { BUNDLE_LIMITS, byteLength } from "./mime-bundle.js";
import { countStates, outlineRun } from "./run-outline.js";

/** Above this many task runs, mapped children are grouped by state. */
const MOST_TASKS = 300;
/** Failed children of one call that stay readable when the others are grouped. */
const FAILED_CHILDREN_KEPT = 10;

/**
 * The run as a notebook keeps it: at most 64 KiB of JSON. What goes first is what a live view fetches
 * again: stacks and previews, then mapped children, then results, at last the tasks that did not fail.
 */
export function fitRun(run: FlowRunRecord): FlowRunRecord {
  const grouped = run.tasks.length > MOST_TASKS ? groupChildren(run) : run;
  const attempts: readonly ((run: FlowRunRecord) => FlowRunRecord)[] = [
    (whole) => mapTasks(whole, 400, 2000),
    (whole) => mapTasks(whole, 80, 400),
    (whole) => mapTasks(groupChildren(whole), 80, 400),
    (whole) => ({ ...mapTasks(groupChildren(whole), 0, 200), parameters: {} }),
    (whole) => failedOnly({ ...mapTasks(groupChildren(whole), 0, 200), parameters: {} }),
    (whole) => ({ ...mapTasks({ ...whole, tasks: [] }, 0, 400), parameters: {}, graph: [], omitted: omitted(run, 0) }),
  ];
  let fitted = grouped;
  for (const attempt of attempts) {
    if (byteLength(JSON.stringify(fitted)) <= BUNDLE_LIMITS.json) break;
    fitted = attempt(grouped);
  }
  return fitted;
}

/** A state with its result's preview and its error's stack cut. */
export function fitState(state: StateRecord, preview: number, text: number): StateRecord {
  return {
    ...state,
    message: state.message && cut(state.message, text),
    result: fitResult(state.result, preview),
    ...(state.error && { error: fitError(state.error, text) }),
  };
}

/** A result with its texts cut; `preview` 0 leaves the preview out. */
export function fitResult(result: ResultRecord, preview: number): ResultRecord {
  if (result.kind === "NoResult") return NO_RESULT_RECORD;
  return {
    ...result,
    serializer: result.serializer && cut(result.serializer, 120),
    preview: preview === 0 ? null : result.preview && cut(result.preview, preview),
    ...(result.reason && { reason: cut(result.reason, 200) }),
  };
}

/** An error with its deepest causes and the ends of its texts left out. */
export function fitError(error: ErrorRecord, text: number, depth = 3): ErrorRecord {
  return {
    name: cut(error.name, 120),
    message: cut(error.message, text),
    ...(error.stack && { stack: cut(error.stack.split("\n").slice(0, 20).join("\n"), text * 2) }),
    ...(error.cause && depth > 0 && { cause: fitError(error.cause, text, depth - 1) }),
    ...(error.errors &&
      depth > 0 && { errors: error.errors.slice(0, 3).map((each) => fitError(each, text, depth - 1)) }),
  };
}

/** Puts the counts of each mapped call on its parent and leaves all children out but the first failed ones. */
function groupChildren(run: FlowRunRecord): FlowRunRecord {
  const tasks: TaskRunRecord[] = [];
  for (const { run: own, children } of outlineRun(run)) {
    if (!own) tasks.push(...children.slice(0, FAILED_CHILDREN_KEPT));
    else {
      tasks.push(children.length === 0 ? own : { ...own, childStates: own.childStates ?? countStates(children) });
      tasks.push(...children.filter(({ state }) => FAILED_TYPES.includes(state.type)).slice(0, FAILED_CHILDREN_KEPT));
    }
  }
  return { ...run, tasks, omitted: omitted(run, tasks.length) };
}

function failedOnly(run: FlowRunRecord): FlowRunRecord {
  const tasks = run.tasks.filter(({ state }) => FAILED_TYPES.includes(state.type)).slice(0, 50);
  return { ...run, tasks, omitted: omitted(run, tasks.length) };
}

const omitted = (run: FlowRunRecord, left: number): number => (run.omitted ?? 0) + run.tasks.length - left;

const mapTasks = (run: FlowRunRecord, preview: number, text: number): FlowRunRecord => ({
  ...run,
  flow: cut(run.flow, text),
  state: fitState(run.state, preview, text),
  tasks: run.tasks.map((task) => ({ ...task, state: fitState(task.state, preview, text) })),
});

const cut = (text: string, limit: number): string => (text.length <= limit ? text : `${text.slice(0, limit - 1)}…`);
