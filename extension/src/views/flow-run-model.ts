import type { EpochMs } from "../../../src/contracts/json.js";
import {
  FAILED_TYPES,
  type FlowRunRecord,
  type FlowRunSummary,
  type LogRecord,
  type StateCounts,
  type StateRecord,
  SUCCESSFUL_TYPES,
} from "../../../src/contracts/records.js";
import type { GivenInputs, Rerun, ResultPreview } from "../../../src/contracts/run-comm.js";
import {
  countOf,
  countRun,
  type OutlineNode,
  outlineRun,
  outlineType,
  reachedOnly,
  totalOf,
} from "../../../src/display/run-outline.js";
import type { OpenCell } from "./cell-place.js";
import type { DrawMedia } from "./preview-view.js";
import type { DownloadSource } from "./saved-file.js";
import type { ShownState } from "./state-icon.js";
import { t } from "./translate.js";

/**
 * Where the record comes from: "live" from the kernel's store; "connecting" while the kernel is being asked;
 * "none" without a kernel; "missing" when the kernel's store does not know the run. Without a link the record
 * is the one saved in the notebook.
 */
export type LinkStatus = "live" | "connecting" | "none" | "missing";

/** All that a flow run's view draws. */
export interface FlowRunModel {
  readonly run: FlowRunRecord;
  readonly link: LinkStatus;
  /** Why the record is not live, in the kernel's words. */
  readonly reason?: string | undefined;
  /** What ended the process that ran it, in a sentence. */
  readonly crash?: string | undefined;
  /** False in a notebook that is not trusted: nothing there may run code. */
  readonly trusted: boolean;
  /** False outside a notebook, where there is no cell to run again. */
  readonly inNotebook: boolean;
  readonly now: EpochMs;
  /** The newest attempt, where `run` is an earlier one: there is nothing to act on then. */
  readonly newest?: number | undefined;
}

/** What a person may ask of a run. */
export interface FlowRunActions {
  retry(rerun: Rerun): Promise<void>;
  cancel(): Promise<void>;
  /** @param from of a table: the first row wanted. */
  preview(resultId: string, from?: number): Promise<ResultPreview>;
  readonly downloads: DownloadSource;
  /** Lines of a task run, or of the whole run; only those past the first `after`. */
  logs(taskRunId: string | undefined, after?: number): Promise<readonly LogRecord[]>;
  /** Short texts of what each task run was given. */
  inputs(): Promise<GivenInputs>;
  attempts(): Promise<readonly FlowRunSummary[]>;
  /** The run as an earlier attempt left it. */
  attempt(attempt: number): Promise<FlowRunRecord>;
  /** Every state the task run had, oldest first. */
  history(taskRunId: string): Promise<readonly StateRecord[]>;
  readonly openCell: OpenCell;
  readonly drawMedia: DrawMedia;
}

/** A model with what all its views need worked out once. */
export interface RunScene extends FlowRunModel {
  readonly outline: readonly OutlineNode[];
  readonly counts: StateCounts;
  /** Task runs that there are or that are planned, mapped children one by one. */
  readonly total: number;
  readonly running: boolean;
  /** Name of the selected call, or id of a mapped child's task run. */
  readonly selected: string | undefined;
}

export function sceneOf(saved: FlowRunModel, selected: string | undefined): RunScene {
  const model = { ...saved, run: reachedOnly(saved.run) };
  const outline = outlineRun(model.run);
  const counts = countRun(outline);
  const planned = outline.filter((node) => !node.run && totalOf(node.childStates) === 0).length;
  const told = model.link === "live" || model.link === "connecting";
  return {
    ...model,
    outline,
    counts,
    total: totalOf(counts) + planned,
    running: model.run.endedAt === null && told,
    selected,
  };
}

export const shownState = (node: OutlineNode): ShownState => outlineType(node) ?? "Planned";

export const failedCount = (scene: RunScene): number => countOf(scene.counts, FAILED_TYPES);

const pastRefusal = (newest: number): string => t("An earlier attempt: choose attempt %1 to act", String(newest));

/** Why "retry" cannot be asked now; undefined when it can. */
export function retryRefusal(scene: RunScene): string | undefined {
  if (!scene.trusted) return t("Trust notebook to interact");
  if (scene.newest !== undefined) return pastRefusal(scene.newest);
  if (scene.running) return t("Still running");
  if (SUCCESSFUL_TYPES.includes(scene.run.state.type) && failedCount(scene) === 0) return t("Nothing failed");
  if (!scene.inNotebook && scene.link !== "live") return t("Not in a notebook, and no kernel is connected");
  return undefined;
}

/** Why a run cannot be told to run again now what finished; undefined when it can. */
export function rerunRefusal(scene: RunScene): string | undefined {
  if (!scene.trusted) return t("Trust notebook to interact");
  if (scene.newest !== undefined) return pastRefusal(scene.newest);
  if (scene.running) return t("Still running");
  return scene.link === "live" ? undefined : t("Kernel not connected");
}

/** What running again from a call comes to, in task runs: "Runs 3 again, keeps 12". */
export function planFrom({ outline }: RunScene, name: string | undefined): string {
  const again = new Set<string>();
  // The outline stands in the order of the graph: what a call waits for comes before it.
  for (const call of outline)
    if (name === undefined || call.name === name || call.upstream.some((each) => again.has(each))) again.add(call.name);
  const size = (call: OutlineNode): number => totalOf(call.childStates) || 1;
  const runs = outline.filter((call) => again.has(call.name)).reduce((sum, call) => sum + size(call), 0);
  const all = outline.reduce((sum, call) => sum + size(call), 0);
  return t("Runs %1 again, keeps %2", String(runs), String(all - runs));
}

/** Why "cancel" cannot be asked now; undefined when it can. */
export function cancelRefusal(scene: RunScene): string | undefined {
  if (!scene.trusted) return t("Trust notebook to interact");
  if (scene.newest !== undefined) return pastRefusal(scene.newest);
  if (!scene.running) return t("Not running");
  if (scene.link !== "live") return t("Kernel not connected");
  if (scene.run.state.type === "Cancelling") return t("Already cancelling");
  return undefined;
}

/** What is said when the record is not live; undefined when it is. */
export function linkNote({ link, trusted, inNotebook, reason, newest }: RunScene): string | undefined {
  if (newest !== undefined) return t("An earlier attempt; the newest is attempt %1", String(newest));
  if (!trusted) return t("Trust notebook to interact");
  if (link === "none") return inNotebook ? t("Last known state; kernel not connected") : t("Last known state");
  if (link === "missing")
    return `Last known state. ${reason && reason !== "This run is not in the kernel's store" ? reason : "This kernel's store does not know the run"}`;
  if (link === "connecting") return t("Last known state; connecting to the kernel…");
  return undefined;
}
