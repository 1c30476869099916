import type { TaskExecution } from "../task/task-execution.js";

/** Executions that may run, in the order they became ready; those that go on with a child's line come first. */
export class ReadyQueue {
  readonly #executions = new Line();
  readonly #next = new Line();

  get isEmpty(): boolean {
    return this.#executions.isEmpty && this.#next.isEmpty;
  }

  add(execution: TaskExecution): void {
    this.#executions.add(execution);
  }

  /** A map over a map runs each line to its end before it begins many others. */
  addNext(execution: TaskExecution): void {
    this.#next.add(execution);
  }

  take(): TaskExecution | undefined {
    return this.#next.take() ?? this.#executions.take();
  }
}

/** First in, first out, without moving all that waits for each that is taken. */
class Line {
  #executions: TaskExecution[] = [];
  #taken = 0;

  get isEmpty(): boolean {
    return this.#taken === this.#executions.length;
  }

  add(execution: TaskExecution): void {
    this.#executions.push(execution);
  }

  take(): TaskExecution | undefined {
    const execution = this.#executions[this.#taken];
    if (execution) this.#taken += 1;
    if (this.#taken > 1024 && this.#taken * 2 > this.#executions.length) {
      this.#executions = this.#executions.slice(this.#taken);
      this.#taken = 0;
    }
    return execution;
  }
}
