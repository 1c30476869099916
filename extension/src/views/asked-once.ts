/** Something that is asked for where a view first wants it. */
export interface AskedOnce<T> {
  /** What is known now; asks in the background where `key` changed, and calls `changed` when the answer came. */
  of(key: string): T | undefined;
}

/** @param ask undefined while nothing can be asked: what was read before stays. */
export function askedOnce<T>(ask: () => (() => Promise<T>) | undefined, changed: () => void): AskedOnce<T> {
  let known: T | undefined;
  let askedFor: string | undefined;
  return {
    of(key) {
      const read = ask();
      if (read && askedFor !== key) {
        askedFor = key;
        read().then(
          (value) => {
            known = value;
            changed();
          },
          () => {}, // drawn without it, as before it was asked for
        );
      }
      return known;
    },
  };
}
