import type { HistoryCommEvent, HistoryCommRequest } from "../../src/contracts/history-comm.js";
import type { Store } from "../../src/store/store.js";
import type { StoreListener } from "../../src/store/watch-store.js";
import type { JsonObject } from "../protocol/messages.js";
import type { CommTarget } from "./comms.js";

/** What the list of runs needs of the kernel process. */
export interface HistoryCommParts {
  readonly openStore: () => Promise<Store>;
  readonly listen: (listener: StoreListener) => () => void;
  /** Calls back when runs may have ended without a write. Returns the way to stop. */
  readonly onDoubt: (listener: (reason: string) => void) => () => void;
}

const MOST_RUNS = 200;
/** A list is looked at, not followed: once a second is enough. */
const CHANGED_MS = 1000;

/** Answers comms of HISTORY_COMM_TARGET from the store, also while a cell is busy. */
export function historyCommTarget({ openStore, listen, onDoubt }: HistoryCommParts): CommTarget {
  return (link) => {
    let timer: NodeJS.Timeout | undefined;
    const send = (event: HistoryCommEvent): void => link.send(event as unknown as JsonObject);
    const stopListening = listen(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        send({ kind: "changed" });
      }, CHANGED_MS);
    });
    const stopDoubting = onDoubt(() => send({ kind: "changed" }));
    return {
      async message(data) {
        const { id, file, before, limit } = data as unknown as HistoryCommRequest;
        try {
          const runs = await (await openStore()).flowRuns({
            limit: Math.min(MOST_RUNS, limit),
            ...(file !== undefined && { file }),
            ...(before !== undefined && { before }),
          });
          send({ kind: "runs", id, runs });
        } catch (error) {
          send({ kind: "refused", id, error: (error as Error).message });
        }
      },
      close() {
        stopListening();
        stopDoubting();
        clearTimeout(timer);
      },
    };
  };
}
