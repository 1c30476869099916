import type { StateRecord, TaskRunRecord } from "../../../src/contracts/records.js";

/** The histories of task runs, asked for where a view wants one and the kernel can be asked. */
export interface TaskHistories {
  /** What is known now; asks for more in the background and calls `changed` when it came. */
  of(task: TaskRunRecord): readonly StateRecord[] | undefined;
}

/** @param ask undefined while nothing can be asked: what was read before stays. */
export function taskHistories(
  ask: () => ((taskRunId: string) => Promise<readonly StateRecord[]>) | undefined,
  changed: () => void,
): TaskHistories {
  const known = new Map<string, { readonly at: string; states: readonly StateRecord[] | undefined }>();
  return {
    of(task) {
      const at = `${task.state.type} ${task.state.timestamp}`;
      const before = known.get(task.id);
      const read = ask();
      if (!read || before?.at === at) return before?.states;
      const entry = { at, states: before?.states };
      known.set(task.id, entry);
      read(task.id).then(
        (states) => {
          entry.states = states;
          changed();
        },
        () => {}, // drawn without it, as before it was asked for
      );
      return entry.states;
    },
  };
}
