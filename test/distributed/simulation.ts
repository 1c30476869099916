import type { Dispatch, Posting } from "../../src/distributed/dispatch.js";
import { MemoryDispatch, MemoryQueue, MemoryWorkerDispatch } from "../../src/distributed/memory-dispatch.js";
import { type OpenAttempt, OpenAttempts } from "../../src/distributed/open-attempts.js";
import type { Note } from "../../src/distributed/orders.js";
import type { Dice } from "../reliability/dice.js";
import { VirtualClock } from "./virtual-clock.js";

/** What happens to a queue while it is used: chances are of one in all. */
export interface Faults {
  /** An order that was posted is not there. */
  readonly lostOrder: number;
  /** A note does not arrive. */
  readonly lostNote: number;
  /** A worker dies with what it has; another one starts. */
  readonly death: number;
  /** A worker stops past its lease, then goes on. */
  readonly pause: number;
  /** An outcome is lost after it was written. */
  readonly lostOutcome: number;
  /** All that the queue holds is lost, so often in all. */
  readonly wipes: number;
  /** The coordinator starts again, so often in all. */
  readonly restarts: number;
}

/** What came of it. */
export interface Simulated {
  /** Attempts whose outcome was taken, with what it was. */
  readonly taken: ReadonlyMap<string, string>;
  /** Attempts whose outcome was taken more than once. */
  readonly twice: readonly string[];
  /** Calls of tasks. */
  readonly calls: number;
  /** Outcomes that came too late and were refused. */
  readonly refused: number;
  readonly durationMs: number;
}

const RUN = "run";
const LONGEST_MS = 100 * 3600_000;
const LONGEST_TASK_MS = 2000;

/** A coordinator with `tasks` attempts and many workers, in time of its own. */
export async function simulate(
  dice: Dice,
  { tasks, workers, concurrency }: { readonly tasks: number; readonly workers: number; readonly concurrency: number },
  faults: Faults,
): Promise<Simulated> {
  const clock = new VirtualClock();
  const queue = new MemoryQueue(clock);
  const taken = new Map<string, string>();
  const twice: string[] = [];
  let [calls, refused, next] = [0, 0, 0];
  const happens = (chance: number): boolean => dice.chance(chance);

  const coordinate = (): OpenAttempts => {
    const dispatch: Dispatch = new FaultyDispatch(queue, () => happens(faults.lostNote));
    const lossyPost = async (postings: readonly Posting[]) =>
      dispatch.post(postings.filter(() => !happens(faults.lostOrder)));
    const open = new OpenAttempts(dispatch, clock, async () => {});
    const begin = (id: string, isNew: boolean): void => {
      const posting = { run: RUN, attempt: id, text: id };
      const attempt: OpenAttempt = {
        run: RUN,
        id,
        hear: () => {},
        postAgain: () => lossyPost([posting]),
        take: async (outcome) => {
          if (taken.has(id)) twice.push(id);
          taken.set(id, outcome);
          open.remove(id);
          void dispatch.forget(RUN, [id]);
          underWay.delete(id);
          fill();
          return true;
        },
      };
      open.add(attempt);
      underWay.add(id);
      if (isNew) void lossyPost([posting]);
    };
    const fill = (): void => {
      while (open === current && underWay.size < concurrency && next < tasks) {
        next += 1;
        begin(`task-${next}`, true);
      }
    };
    current = open;
    // Attempts that an earlier coordinator posted: they are waited for, and not posted.
    for (const id of underWay) begin(id, false);
    fill();
    return open;
  };
  const underWay = new Set<string>();
  let current: OpenAttempts | undefined;

  const work = async (name: string): Promise<void> => {
    const dispatch = new MemoryWorkerDispatch(queue, name);
    let isDead = false;
    const renew = (): void => {
      if (isDead) return;
      void dispatch.renew();
      clock.after(2000, renew);
    };
    renew();
    while (taken.size < tasks) {
      const delivery = await dispatch.take();
      if (!delivery) continue;
      calls += 1;
      if (happens(faults.death)) {
        isDead = true;
        await clock.sleep(1000 + dice.below(5000));
        return void work(`${name}'`);
      }
      if (happens(faults.pause)) {
        isDead = true; // renews nothing
        await clock.sleep(7000 + dice.below(5000));
        isDead = false;
        renew();
      }
      await clock.sleep(dice.below(LONGEST_TASK_MS));
      if (!(await dispatch.commit(delivery, `outcome of ${delivery.attempt}`))) refused += 1;
      if (happens(faults.lostOutcome)) queue.outcomes.get(RUN)?.delete(delivery.attempt);
    }
  };

  coordinate();
  for (let number = 1; number <= workers; number += 1) void work(`w${number}`);
  // Spread over the run, by how far it is.
  const share = (count: number): number => Math.ceil(tasks / (count + 1));
  let [wiped, restarted] = [0, 0];
  await clock.run(() => {
    if (wiped < faults.wipes && taken.size >= (wiped + 1) * share(faults.wipes)) {
      wiped += 1;
      queue.wipe();
    }
    if (restarted < faults.restarts && taken.size >= (restarted + 1) * share(faults.restarts)) {
      restarted += 1;
      for (const id of [...underWay]) current!.remove(id);
      coordinate();
    }
    return taken.size >= tasks;
  }, LONGEST_MS);
  return { taken, twice, calls, refused, durationMs: clock.now() };
}

/** A queue whose notes do not all arrive. */
class FaultyDispatch extends MemoryDispatch {
  constructor(
    queue: MemoryQueue,
    private readonly isLost: () => boolean,
  ) {
    super(queue);
  }
  override follow(run: string, listener: (notes: readonly Note[]) => void): () => void {
    return super.follow(run, (notes) => listener(notes.filter(() => !this.isLost())));
  }
}
