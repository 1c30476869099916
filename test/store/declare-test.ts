import { suite } from "uvu";
import type { Store } from "../../src/store/store.js";

/** Declares a test of a store suite; its store is opened before and closed after it. */
export type DeclareTest = (title: string, body: (store: Store) => Promise<void>) => void;

/** A suite each of whose tests gets a store of its own. */
export function declaring(name: string, open: () => Promise<Store>): { test: DeclareTest; run(): void } {
  const it = suite(name);
  return {
    test: (title, body) =>
      it(`${name}.${title}`, async () => {
        const store = await open();
        try {
          await body(store);
        } finally {
          await store.close();
        }
      }),
    run: () => it.run(),
  };
}
