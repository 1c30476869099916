interface Event {
  readonly at: number;
  readonly order: number;
  readonly body: () => void;
  isCancelled: boolean;
}

/** Time that passes only when told: hours of it in seconds, the same for the same seed. */
export class VirtualClock {
  #now = 0;
  #count = 0;
  /** A heap: the next event first. */
  readonly #events: Event[] = [];

  readonly now = (): number => this.#now;

  readonly after = (delayMs: number, body: () => void): (() => void) => {
    this.#count += 1;
    const event: Event = { at: this.#now + Math.max(0, delayMs), order: this.#count, body, isCancelled: false };
    this.#push(event);
    return () => {
      event.isCancelled = true;
    };
  };

  readonly sleep = (delayMs: number): Promise<void> => new Promise((resolve) => void this.after(delayMs, resolve));

  /** Runs events in their order until `isDone`. @throws {Error} when nothing is left to happen, or too much time passed */
  async run(isDone: () => boolean, longestMs: number): Promise<void> {
    while (!isDone()) {
      const event = this.#pop();
      if (!event) throw new Error(`Nothing is left to happen at ${this.#now} ms`);
      if (event.isCancelled) continue;
      if (event.at > longestMs) throw new Error(`It was not done after ${longestMs} ms`);
      this.#now = event.at;
      event.body();
      await new Promise((resolve) => setImmediate(resolve)); // what awaited it goes on first
    }
  }

  #push(event: Event): void {
    const heap = this.#events;
    heap.push(event);
    for (let at = heap.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!isBefore(heap[at]!, heap[parent]!)) return;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  }

  #pop(): Event | undefined {
    const heap = this.#events;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || !last) return first;
    heap[0] = last;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < heap.length && isBefore(heap[left]!, heap[least]!)) least = left;
      if (right < heap.length && isBefore(heap[right]!, heap[least]!)) least = right;
      if (least === at) return first;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  }
}

const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
