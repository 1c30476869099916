import type { Store } from "../../src/store/store.js";

/** Declares a test of a store suite; its store is opened before and closed after it. */
export type DeclareTest = (title: string, body: (store: Store) => Promise<void>) => void;
