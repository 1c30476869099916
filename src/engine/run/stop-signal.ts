import { Cancelled, type State } from "../../state/states.js";

/** Tells what is under way that the run is to stop. Once. */
export class StopSignal {
  readonly #listeners = new Set<(state: State) => void>();
  #state: State | undefined;

  /** The state that stopped tasks end in; undefined while the run goes on. */
  get state(): State | undefined {
    return this.#state;
  }

  stop(message: string): void {
    if (this.#state) return;
    this.#state = new Cancelled({ message });
    for (const listener of this.#listeners) listener(this.#state);
    this.#listeners.clear();
  }

  /** Calls back at the stop; at once when it was. Gives the way to stop listening. */
  onStop(listener: (state: State) => void): () => void {
    if (this.#state) listener(this.#state);
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Stops when `signal` aborts. Gives the way to stop following it. */
  follow(signal: AbortSignal | undefined, message: string): () => void {
    if (!signal) return () => {};
    const stop = () => this.stop(message);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    return () => signal.removeEventListener("abort", stop);
  }
}
