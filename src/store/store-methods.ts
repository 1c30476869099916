import type { BegunRun, PreviousAttempts } from "./begin-ask.js";
import { type PackedRun, RememberedRun } from "./remembered-run.js";
import type { Store } from "./store.js";

/** What may be asked of a store that somebody else owns: everything but its end. */
export type StoreMethod = Exclude<keyof Store, "close">;
export type Asked<M extends StoreMethod> = Parameters<Store[M]>;
export type Answered<M extends StoreMethod> = Awaited<ReturnType<Store[M]>>;

/** What the way between two processes has to know of a method. */
export interface MethodTraits<M extends StoreMethod> {
  /** A write is finished before a client's store is closed. */
  readonly kind: "read" | "write";
  /**
   * Asks of one turn of the event loop cross as one message of JSON text, whose packing costs half of a structured
   * clone: their arguments and answers must survive JSON. @default false
   */
  readonly batched?: boolean;
  /** Whether the store has done already what must not be done twice. @default asking twice is harmless */
  readonly isDone?: (store: Store, ...asked: Asked<M>) => Promise<boolean>;
  /** Of an answer that structured clone would not leave as it is. */
  readonly answer?: { pack(answer: Answered<M>): unknown; unpack(packed: never): Answered<M> };
}

/** Every method of a store. A new one has a line here, SQL in `SqliteStore` and its tests in the suite. */
export const STORE_METHODS: { readonly [M in StoreMethod]: MethodTraits<M> } = {
  begin: {
    kind: "write",
    answer: {
      pack: ({ previous, ...begun }) => ({ ...begun, previous: packed(previous) }),
      unpack: ({ previous, ...begun }: Omit<BegunRun, "previous"> & { previous: PackedRun | undefined }) => ({
        ...begun,
        previous: unpacked(previous),
      }),
    },
  },
  previousOf: {
    kind: "read",
    answer: {
      pack: (left) => left && { ...left, previous: packed(left.previous) },
      unpack: (left: (Omit<PreviousAttempts, "previous"> & { previous: PackedRun }) | undefined) =>
        left && { ...left, previous: new RememberedRun(left.previous) },
    },
  },
  confirm: { kind: "read" },
  setGraph: { kind: "write" },
  setParameters: { kind: "write" },
  append: {
    kind: "write",
    batched: true,
    // An append is written whole or not at all: its first new state tells. One without may be written twice.
    async isDone(store, _, transitions) {
      const first = transitions.find(({ run }) => !run.kept);
      if (!first) return false;
      const state = JSON.stringify(first.run.state);
      const past = await store.history(first.run.id);
      return past.some(({ attempt: _attempt, attemptId: _id, ...each }) => JSON.stringify(each) === state);
    },
  },
  keep: { kind: "write" },
  log: {
    kind: "write",
    async isDone(store, _, lines) {
      const [first] = lines;
      if (!first) return true;
      const text = JSON.stringify(first);
      return (await store.logs(first.taskRunId)).some((line) => JSON.stringify(line) === text);
    },
  },
  rememberedRun: { kind: "read", answer: { pack: packed, unpack: unpacked } },
  tasksBefore: { kind: "read" },
  cached: { kind: "read", batched: true },
  readResult: { kind: "read" },
  madeBy: { kind: "read" },
  blobFolder: { kind: "read" },
  flowRuns: { kind: "read" },
  flowRun: { kind: "read" },
  attempts: { kind: "read" },
  history: { kind: "read" },
  logs: { kind: "read" },
  gc: { kind: "write" },
};

const METHODS = Object.keys(STORE_METHODS) as StoreMethod[];

/** Does what one method of a store does. */
export type StoreAnswer = <M extends StoreMethod>(method: M, asked: Asked<M>) => Promise<Answered<M>>;

/** A store whose methods are all answered by one function. */
export function storeOf(answer: StoreAnswer, close: () => Promise<void>): Store {
  const methods = METHODS.map((method) => [method, (...asked: never) => answer(method, asked)] as const);
  return { ...(Object.fromEntries(methods) as unknown as Store), close };
}

/** Asks a store for what a method's name and arguments say. */
export const askStore = (async (store: Store, method: StoreMethod, asked: readonly unknown[]) =>
  await (store[method] as (...asked: readonly unknown[]) => Promise<unknown>)(...asked)) as <M extends StoreMethod>(
  store: Store,
  method: M,
  asked: Asked<M>,
) => Promise<Answered<M>>;

/** Answers each method of a store by `answer`, in a table. */
export const eachMethod = <T>(answer: (method: StoreMethod) => T): { readonly [M in StoreMethod]: T } =>
  Object.fromEntries(METHODS.map((method) => [method, answer(method)])) as { [M in StoreMethod]: T };

function packed(run: RememberedRun | undefined): PackedRun | undefined {
  return run?.packed();
}

function unpacked(run: PackedRun | undefined): RememberedRun | undefined {
  return run && new RememberedRun(run);
}
