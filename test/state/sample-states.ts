import { JSONSerializer } from "../../src/result/json-serializer.js";
import { NoResult } from "../../src/result/no-result.js";
import { Result } from "../../src/result/result.js";
import * as states from "../../src/state/states.js";

const timestamp = new Date("2026-01-02T03:04:05.678Z");
const startTime = new Date("2026-01-02T03:05:00.000Z");
const result = new Result({ value: { a: [1, null] }, serializer: new JSONSerializer() });
const all = {
  message: "A message.",
  result,
  cachedInputs: { x: result, y: NoResult },
  context: { tags: ["a"] },
  timestamp,
};

/** One state of every type, with every field set. */
export const SAMPLES: readonly states.State[] = [
  new states.Pending(all),
  new states.Scheduled({ ...all, startTime }),
  new states.Retrying({ ...all, startTime, runCount: 2 }),
  new states.Paused({ ...all, startTime: null }),
  new states.Resume({ ...all, startTime }),
  new states.Submitted({ message: null, state: new states.Retrying({ ...all, startTime, runCount: 1 }), timestamp }),
  new states.Queued({ message: "In line.", state: new states.Scheduled({ startTime, timestamp }), timestamp }),
  new states.Running({ timestamp }),
  new states.Cancelling({ timestamp }),
  new states.Success(all),
  new states.Cached({
    ...all,
    cachedResultExpiration: startTime,
    cachedParameters: { limit: 3 },
    hashedInputs: { x: "00ff" },
  }),
  new states.Mapped({
    timestamp,
    mapStates: [
      new states.Success(all),
      new states.Failed({ message: "No.", timestamp }),
      new states.Pending({ timestamp }),
    ],
  }),
  new states.Skipped({ message: "Not needed.", timestamp }),
  new states.Looped({ ...all, loopCount: 3 }),
  new states.Failed(all),
  new states.TimedOut({ timestamp }),
  new states.TriggerFailed({ timestamp }),
  new states.ValidationFailed({ timestamp }),
  new states.Crashed({ message: "The process that ran it ended.", timestamp }),
  new states.Cancelled({ timestamp }),
];
