import {
  type Breakpoint,
  type DebugEvent,
  type DebugRequest,
  type DebugResponse,
  debugEvent,
  debugFailure,
  debugResponse,
} from "../protocol/debug-messages.js";
import { breakpointRequests } from "./breakpoint-requests.js";
import { Breakpoints } from "./breakpoints.js";
import { changingRequests } from "./changing-requests.js";
import { completionRequests } from "./completion-requests.js";
import type { AnswerTable, DebugParts } from "./debug-parts.js";
import { Evaluation } from "./evaluation.js";
import type { StripTypes } from "./expressions.js";
import { Frames } from "./frames.js";
import { lookingRequests } from "./looking-requests.js";
import type { MainThread } from "./main-thread.js";
import { Pauses } from "./pauses.js";
import { runningRequests } from "./running-requests.js";
import { Scripts } from "./scripts.js";
import { sessionRequests } from "./session-requests.js";
import { sourceRequests } from "./source-requests.js";
import { ThrownValues } from "./thrown-values.js";
import { Variables } from "./variables.js";

/** What the debugger has done for it in the kernel process. */
export interface DebuggerHost {
  /** Sends an event that nobody asked for. */
  tell(event: DebugEvent): void;
  readonly strip: StripTypes;
  /** A name of the notebook has a value that no cell declared. @param type as TypeScript writes it. */
  declare(name: string, type: string): void;
}

/** A debug adapter for the session's main thread. V8 is not asked to debug before a front end switches it on. */
export class Debugger {
  private readonly parts: DebugParts;
  private readonly answers: AnswerTable;

  constructor(mainThread: MainThread, { tell, strip, declare }: DebuggerHost) {
    const scripts = new Scripts(mainThread);
    const variables = new Variables(mainThread);
    const frames = new Frames(mainThread, scripts, variables);
    const changed = (breakpoint: Breakpoint) => tell(debugEvent("breakpoint", { reason: "changed", breakpoint }));
    const breakpoints = new Breakpoints(mainThread, scripts, changed, strip);
    const thrown = new ThrownValues(mainThread, scripts);
    const pauses = new Pauses({ mainThread, scripts, breakpoints, thrown }, tell, () => {
      frames.clear();
      void variables.release();
    });
    const evaluation = new Evaluation(mainThread, pauses, frames, strip);
    const told = new Map<string, string>();
    this.parts = { mainThread, scripts, breakpoints, thrown, pauses, variables, frames, evaluation, strip, told };
    this.answers = {
      ...sessionRequests(this.parts, tell),
      ...breakpointRequests(this.parts),
      ...runningRequests(this.parts),
      ...lookingRequests(this.parts),
      ...changingRequests(this.parts, declare),
      ...completionRequests(this.parts),
      ...sourceRequests(this.parts),
    };
  }

  /** Answers a request; what cannot be done is said in the response. */
  async handle(request: DebugRequest): Promise<DebugResponse> {
    const answer = Object.hasOwn(this.answers, request.command) ? this.answers[request.command] : undefined;
    if (!answer) return debugFailure(request, `Cannot answer "${request.command}": there is no such request`);
    try {
      return debugResponse(request, await answer(request.arguments));
    } catch (error) {
      return debugFailure(request, error instanceof Error ? error.message : String(error));
    }
  }

  /** Ends the code that is held, for an interrupt. */
  letGo(): void {
    this.parts.pauses.letGo();
  }

  /** The interrupt has done its work. */
  pauseAgain(): void {
    this.parts.pauses.pauseAgain();
  }
}
