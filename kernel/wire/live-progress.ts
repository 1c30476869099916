import type { TaskRunRecord } from "../../src/contracts/records.js";

/** Is called with task runs whose progress changed. */
export type ProgressListener = (runId: string, tasks: readonly TaskRunRecord[]) => void;

/** What running tasks say of their progress: it is shown and never stored, so that this is the only copy of it. */
export class LiveProgress {
  private readonly listeners = new Set<ProgressListener>();
  /** Task run id → its latest record with progress. */
  private readonly latest = new Map<string, TaskRunRecord>();

  /** Calls back on each change. Returns the way to stop. */
  listen(listener: ProgressListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** The session says how far these task runs are. */
  tell(runId: string, tasks: readonly TaskRunRecord[]): void {
    for (const task of tasks) this.latest.set(task.id, task);
    for (const listener of this.listeners) listener(runId, tasks);
  }

  /** A task run as the store has it, with its progress where it is still the same try. */
  withProgress(task: TaskRunRecord): TaskRunRecord {
    const shown = this.latest.get(task.id);
    if (!shown?.state.progress) return task;
    if (shown.state.timestamp === task.state.timestamp && shown.state.type === task.state.type)
      return { ...task, state: { ...task.state, progress: shown.state.progress } };
    this.latest.delete(task.id);
    return task;
  }

  /** The session that told it has ended. */
  clear(): void {
    this.latest.clear();
  }
}
