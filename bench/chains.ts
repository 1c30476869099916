import { type Flow, flow, type TaskCall, task } from "../src/index.js";

/** How many chains stand side by side where many do. */
export const WIDTH = 64;

const step = task("step", (n: number) => n + 1);
const start = task("start", () => 0);

/** Calls in `width` chains, `tasks` in all. */
export function chains(name: string, tasks: number, width: number, each = step): Flow<TaskCall<number>[]> {
  return flow(name, () => {
    const ends: TaskCall<number>[] = Array.from({ length: width }, () => start());
    for (let made = width; made < tasks; made += 1) ends[made % width] = each(ends[made % width]!);
    return ends;
  });
}
