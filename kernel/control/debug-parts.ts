import type { JsonObject } from "../protocol/messages.js";
import type { Breakpoints } from "./breakpoints.js";
import type { Evaluation } from "./evaluation.js";
import type { StripTypes } from "./expressions.js";
import type { Frames } from "./frames.js";
import type { MainThread } from "./main-thread.js";
import type { Pauses } from "./pauses.js";
import type { Scripts } from "./scripts.js";
import type { ThrownValues } from "./thrown-values.js";
import type { Variables } from "./variables.js";

/** Answers one kind of request with the body of the response. */
export type Answer = (args: JsonObject) => JsonObject | Promise<JsonObject>;
/** The answers of a group of requests, by command. */
export type AnswerTable = { readonly [command: string]: Answer };

/** What the answers work with. */
export interface DebugParts {
  readonly mainThread: MainThread;
  readonly scripts: Scripts;
  readonly breakpoints: Breakpoints;
  readonly thrown: ThrownValues;
  readonly pauses: Pauses;
  readonly variables: Variables;
  readonly frames: Frames;
  readonly evaluation: Evaluation;
  readonly strip: StripTypes;
  /** Texts of cells that a front end has told and that may not have run yet, by path. */
  readonly told: Map<string, string>;
}
