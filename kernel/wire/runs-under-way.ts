import type { FlowRunRecord } from "../../src/contracts/records.js";
import type { Store } from "../../src/store/store.js";
import type { StoreListener } from "../../src/store/watch-store.js";

export interface RunsUnderWayDeps {
  readonly openStore: () => Promise<Store>;
  readonly listen: (listener: StoreListener) => () => void;
  /** Replaces the outputs that show a run. */
  readonly show: (run: FlowRunRecord) => void;
}

/** The runs that the session runs now. Once its process has ended, their outputs say so: nobody else would update them. */
export class RunsUnderWay {
  private readonly open = new Set<string>();

  constructor(private readonly deps: RunsUnderWayDeps) {
    deps.listen((runId, _transitions, change) => {
      if (change?.endedAt === null) this.open.add(runId);
      else if (change) this.open.delete(runId);
    });
  }

  /** The session's process has ended. */
  async sessionEnded(): Promise<void> {
    const left = [...this.open];
    this.open.clear();
    for (const runId of left) {
      const run = await this.deps.openStore().then(
        (store) => store.flowRun(runId), // a run whose owner is dead is Crashed by this
        () => undefined, // no store, no state: the views say why
      );
      if (run?.endedAt != null) this.deps.show(run);
    }
  }
}
