import { randomUUID } from "node:crypto";
import { currentCell, parentOfOutput } from "./cell-context.js";
import type { Outlet } from "./outlet.js";
import { progressText } from "./progress-text.js";

/** A bar is drawn again at most ten times a second. */
const REDRAW_MS = 100;

/** A bar that code moves itself. */
export interface ProgressBar {
  /** Sets how much is done. */
  update(done: number): void;
  /** Adds to what is done. @default 1 */
  advance(by?: number): void;
  /** Says what is going on. */
  label(text: string): void;
}

/** `progress(iterable, label?)` gives the items and draws one bar in place; `progress(total, label?)` gives the bar. */
export interface Progress {
  <T>(items: Iterable<T>, label?: string): IterableIterator<T>;
  <T>(items: AsyncIterable<T>, label?: string): AsyncIterableIterator<T>;
  (total: number, label?: string): ProgressBar;
}

/**
 * Makes `progress`, drawing by way of `outlet`.
 * @param now A clock in milliseconds that never goes back.
 */
export function progressMaker(outlet: Outlet, now: () => number = () => performance.now()): Progress {
  return ((subject: number | Iterable<unknown> | AsyncIterable<unknown>, label = "") => {
    if (typeof subject === "number") return new Bar(outlet, now, subject, label);
    if (subject !== null && typeof subject === "object" && Symbol.asyncIterator in subject)
      return countedAsync(subject, new Bar(outlet, now, sizeOf(subject), label));
    if (
      subject === null ||
      subject === undefined ||
      typeof (subject as Iterable<unknown>)[Symbol.iterator] !== "function"
    )
      throw new TypeError("Cannot draw progress: it takes a number or something to iterate");
    return counted(subject as Iterable<unknown>, new Bar(outlet, now, sizeOf(subject), label));
  }) as Progress;
}

/** How many items there are; undefined when only iterating tells. */
function sizeOf(items: object | string): number | undefined {
  const { length, size } = Object(items) as { length?: unknown; size?: unknown };
  return typeof length === "number" ? length : typeof size === "number" ? size : undefined;
}

function* counted<T>(items: Iterable<T>, bar: Bar): IterableIterator<T> {
  try {
    for (const item of items) {
      yield item;
      bar.advance();
    }
  } finally {
    bar.end();
  }
}

async function* countedAsync<T>(items: AsyncIterable<T>, bar: Bar): AsyncIterableIterator<T> {
  try {
    for await (const item of items) {
      yield item;
      bar.advance();
    }
  } finally {
    bar.end();
  }
}

class Bar implements ProgressBar {
  private readonly id = randomUUID();
  private readonly parent = parentOfOutput();
  private readonly began: number;
  private done = 0;
  private ended: number | undefined;
  private drawn: { readonly text: string; readonly at: number } | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly outlet: Outlet,
    private readonly now: () => number,
    private readonly total: number | undefined,
    private text: string,
  ) {
    this.began = now();
    this.draw();
    currentCell()?.beforeEnd.add(() => this.draw());
  }

  update(done: number): void {
    this.done = done;
    this.ended = undefined;
    if (this.total !== undefined && done >= this.total) this.end();
    else this.drawSoon();
  }
  advance(by = 1): void {
    this.update(this.done + by);
  }
  label(text: string): void {
    this.text = text;
    this.drawSoon();
  }

  /** Draws the last picture: from here on the time stands still. */
  end(): void {
    this.ended ??= this.now();
    this.draw();
  }

  draw(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { done, total, text: label, ended } = this;
    const data = progressText({
      done,
      total,
      label,
      elapsedMs: (ended ?? this.now()) - this.began,
      ended: ended !== undefined,
    });
    const text = data["text/plain"];
    if (text === this.drawn?.text) return;
    this.outlet.show(
      { data, metadata: {} },
      { displayId: this.id, update: this.drawn !== undefined, parent: this.parent },
    );
    this.drawn = { text, at: this.now() };
  }

  private drawSoon(): void {
    const wait = REDRAW_MS - (this.now() - (this.drawn?.at ?? 0));
    if (wait <= 0)
      this.draw(); // a loop that never lets go of the thread is drawn too
    else this.timer ??= setTimeout(() => this.draw(), wait).unref();
  }
}
