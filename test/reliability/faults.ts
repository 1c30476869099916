/** Counts what is asked of a disk, and refuses some of it. */
export class Faults {
  /** What was refused, by name. */
  readonly refused: string[] = [];
  #count = 0;
  #from = Number.POSITIVE_INFINITY;
  #until = Number.POSITIVE_INFINITY;

  /** From now on the `from`th call, counted from 0, is refused, and those behind it, `times` in all. */
  begin(from: number, times: number): void {
    this.#count = 0;
    this.#from = from;
    this.#until = from + times;
  }

  /** All is well again. */
  end(): void {
    this.#from = Number.POSITIVE_INFINITY;
  }

  /** Counts a call. @throws what `failure` makes, where this call is refused. */
  ask(what: string, failure: () => Error): void {
    const place = this.#count++;
    if (place < this.#from || place >= this.#until) return;
    this.refused.push(what);
    throw failure();
  }
}
