interface Waiting<Ask, Answer> {
  readonly ask: Ask;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** Answers together what was asked one by one in the same turn of the event loop. */
export class GatheredAsks<Ask, Answer> {
  readonly #answerAll: (asks: readonly Ask[]) => Promise<readonly Answer[]>;
  #waiting: Waiting<Ask, Answer>[] = [];

  /** @param answerAll gives one answer for each ask, in their order. */
  constructor(answerAll: (asks: readonly Ask[]) => Promise<readonly Answer[]>) {
    this.#answerAll = answerAll;
  }

  ask(ask: Ask): Promise<Answer> {
    return new Promise((resolve, reject) => {
      // nextTick comes after the microtasks: the asks of all tasks that one answer set going.
      if (this.#waiting.length === 0) process.nextTick(() => this.flush());
      this.#waiting.push({ ask, resolve, reject });
    });
  }

  /** Asks now. */
  flush(): void {
    if (this.#waiting.length > 0) void this.#answer(this.#waiting.splice(0));
  }

  async #answer(waiting: readonly Waiting<Ask, Answer>[]): Promise<void> {
    try {
      const answers = await this.#answerAll(waiting.map(({ ask }) => ask));
      for (const [index, { resolve }] of waiting.entries()) resolve(answers[index]!);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}
