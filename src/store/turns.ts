/** Lets one at a time use what cannot be shared (a connection in a transaction), in the order they ask. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `use` when all before it are done; a failure is its own caller's alone. */
  take<T>(use: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(use);
    this.#last = turn.catch(() => {}); // told to whoever took that turn
    return turn;
  }
}
