import type { Unit } from "./unit.js";

/** Units that may run, in the order they became ready; those that go on with a child's line come first. */
export class ReadyQueue {
  readonly #units = new Line();
  readonly #next = new Line();

  get isEmpty(): boolean {
    return this.#units.isEmpty && this.#next.isEmpty;
  }

  add(unit: Unit): void {
    this.#units.add(unit);
  }

  /** A map over a map runs each line to its end before it begins many others. */
  addNext(unit: Unit): void {
    this.#next.add(unit);
  }

  take(): Unit | undefined {
    return this.#next.take() ?? this.#units.take();
  }
}

/** First in, first out, without moving all that waits for each that is taken. */
class Line {
  #units: Unit[] = [];
  #taken = 0;

  get isEmpty(): boolean {
    return this.#taken === this.#units.length;
  }

  add(unit: Unit): void {
    this.#units.push(unit);
  }

  take(): Unit | undefined {
    const unit = this.#units[this.#taken];
    if (unit) this.#taken += 1;
    if (this.#taken > 1024 && this.#taken * 2 > this.#units.length) {
      this.#units = this.#units.slice(this.#taken);
      this.#taken = 0;
    }
    return unit;
  }
}
