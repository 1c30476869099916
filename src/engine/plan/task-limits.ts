import type { Limits } from "../../flow/limits.js";
import type { TaskDefinition } from "../../task/task-definition.js";
import type { Clock } from "../run/clock.js";
import type { StopSignal } from "../run/stop-signal.js";

const SECOND_MS = 1000;
/** So many wait for their turn without taking a place of the executor's; with more, the run begins no others. */
const MOST_PARKED = 256;

/** What the limits of a run need of it. */
export interface TaskLimitsSetting {
  readonly clock: Clock;
  readonly stop: StopSignal;
  /** A task begins to wait, and gives its place in the executor to others (-1), or has its turn (+1). */
  readonly onPlaces: (change: 1 | -1) => void;
}

interface Waiting {
  readonly isParked: boolean;
  readonly resolve: () => void;
}

/** Holds the calls of tasks with a tag, or of a name, to the limits of their run. Reused results count for nothing. */
export class TaskLimits {
  readonly #gates: readonly ReadonlyMap<string, Gate>[];
  /** First in, first out, by task: all calls of a task wait for the same limits. */
  readonly #queues = new Map<TaskDefinition, Waiting[]>();
  #parked = 0;
  #stopTimer: (() => void) | undefined;

  /** @param limits of the flow and of its executor. */
  constructor(
    limits: readonly Limits[],
    private readonly setting: TaskLimitsSetting,
  ) {
    this.#gates = limits
      .map((each) => new Map(Object.entries(each).map(([name, limit]) => [name, new Gate(limit)])))
      .filter(({ size }) => size > 0);
    if (this.#gates.length > 0) setting.stop.onStop(() => this.#releaseAll());
  }

  /** Resolves when the task may be called; undefined: now. `leave` is to follow. */
  enter(task: TaskDefinition): Promise<void> | undefined {
    if (this.#gates.length === 0 || this.setting.stop.state) return undefined;
    const queue = this.#queues.get(task);
    if (!queue && this.#begin(task)) return undefined;
    return new Promise((resolve) => {
      const isParked = this.#parked < MOST_PARKED;
      if (queue) queue.push({ isParked, resolve });
      else this.#queues.set(task, [{ isParked, resolve }]);
      if (!isParked) return;
      this.#parked += 1;
      this.setting.onPlaces(-1);
    });
  }

  /** The task was called. */
  leave(task: TaskDefinition): void {
    if (this.#gates.length === 0) return;
    for (const gate of this.#of(task)) gate.active -= 1;
    this.#release();
  }

  #release(): void {
    for (const [task, queue] of this.#queues) {
      while (queue.length > 0 && this.#begin(task)) this.#admit(queue.shift()!);
      if (queue.length === 0) this.#queues.delete(task);
    }
  }

  #releaseAll(): void {
    this.#stopTimer?.();
    for (const queue of this.#queues.values()) for (const each of queue) this.#admit(each);
    this.#queues.clear();
  }

  #admit({ isParked, resolve }: Waiting): void {
    if (isParked) {
      this.#parked -= 1;
      this.setting.onPlaces(1);
    }
    resolve();
  }

  /** Whether all limits let the task begin, which then counts. */
  #begin(task: TaskDefinition): boolean {
    const now = this.setting.clock.monotonic();
    const gates = [...this.#of(task)];
    for (const gate of gates) {
      const waitMs = gate.waitMs(now);
      if (waitMs === 0) continue;
      if (waitMs !== null) this.#releaseIn(waitMs);
      return false;
    }
    for (const gate of gates) gate.begin(now);
    return true;
  }

  #releaseIn(waitMs: number): void {
    this.#stopTimer ??= this.setting.clock.after(Math.ceil(waitMs), () => {
      this.#stopTimer = undefined;
      this.#release();
    });
  }

  *#of({ name, settings }: TaskDefinition): Iterable<Gate> {
    for (const gates of this.#gates)
      for (const each of new Set([name, ...settings.tags])) {
        const gate = gates.get(each);
        if (gate) yield gate;
      }
  }
}

/** One limit, and what is under way below it. */
class Gate {
  active = 0;
  readonly #concurrency: number;
  readonly #perWindow: number;
  readonly #windowMs: number;
  /** When the latest calls began, oldest first, on the clock's monotonic scale. */
  readonly #begun: number[] = [];

  constructor({ concurrency = Number.POSITIVE_INFINITY, perSecond = Number.POSITIVE_INFINITY }: Limits[string]) {
    this.#concurrency = concurrency;
    this.#perWindow = Math.max(1, Math.floor(perSecond));
    this.#windowMs = perSecond < 1 ? SECOND_MS / perSecond : SECOND_MS;
  }

  /** Milliseconds until another call may begin, 0: now; null: when one has ended. */
  waitMs(now: number): number | null {
    if (this.active >= this.#concurrency) return null;
    if (this.#perWindow === Number.POSITIVE_INFINITY) return 0;
    while (this.#begun.length > 0 && this.#begun[0]! <= now - this.#windowMs) this.#begun.shift();
    return this.#begun.length < this.#perWindow ? 0 : this.#begun[0]! + this.#windowMs - now;
  }

  begin(now: number): void {
    this.active += 1;
    if (this.#perWindow !== Number.POSITIVE_INFINITY) this.#begun.push(now);
  }
}
