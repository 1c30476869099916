import type { ISessionContext } from "@jupyterlab/apputils";
import type { FlowRunRecord } from "../../src/contracts/records.js";
import type { RunCommAnswer } from "../../src/contracts/run-comm.js";
import type { RunHub } from "./run-hub.js";
import type { RunAsk } from "./run-link.js";

/** Asks the kernel one thing about a run that no view follows. Rejects with its words. */
export function askOfRun(hub: RunHub, session: ISessionContext, runId: string, ask: RunAsk): Promise<RunCommAnswer> {
  return new Promise((resolve, reject) => {
    let asked = false;
    const link = hub.follow(session, runId, "summary", {
      onRun: () => {}, // the kernel is asked once it is connected
      onStatus(status, reason) {
        if (status === "none") end(() => reject(new Error("Cannot ask the kernel: none is connected")));
        if (status === "missing") end(() => reject(new Error(reason ?? "The kernel's store does not know the run")));
        if (status !== "live" || asked) return;
        asked = true;
        link.ask(ask).then(
          (answer) => end(() => resolve(answer)),
          (error: Error) => end(() => reject(error)),
        );
      },
      onCrash: () => {}, // of no interest to one question
    });
    const end = (settle: () => void): void => {
      link.dispose();
      settle();
    };
  });
}

/** A whole run, in its newest attempt. */
export const fetchRun = async (hub: RunHub, session: ISessionContext, runId: string): Promise<FlowRunRecord> =>
  (await askOfRun(hub, session, runId, { ask: "record" })) as FlowRunRecord;
