import { oneLine } from "../display/plain-text.js";
import { currentTask, type TaskContext } from "../task/context.js";

type Write = typeof process.stdout.write;

/** Begins each line that a task writes in a terminal with the task's name: several run side by side. */
export function prefixTaskLines(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as Write;
    let open = ""; // the task whose line has not ended yet
    stream.write = ((chunk: string | Uint8Array, ...rest: []): boolean => {
      const task = currentTask();
      const prefix = task && typeof chunk === "string" ? prefixOf(task) : "";
      if (prefix === "" && open === "") return write(chunk, ...rest);
      const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
      const begun = open !== "" && open !== prefix ? "\n" : "";
      const first = open !== "" && open === prefix ? "" : prefix;
      const lines = prefix === "" ? text : first + text.replaceAll(/\n(?!$)/g, `\n${prefix}`);
      open = text.endsWith("\n") ? "" : prefix;
      return write(begun + lines, ...rest);
    }) as Write;
  }
}

/** "[check 3] ". */
export const prefixOf = ({ taskName, mapIndex }: Pick<TaskContext, "taskName" | "mapIndex">): string =>
  `[${oneLine(taskName, 60)}${mapIndex === null ? "" : ` ${mapIndex}`}] `;
