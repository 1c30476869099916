import type { Debugger } from "node:inspector/promises";
import { type DebugEvent, debugEvent, THREAD_ID } from "../protocol/debug-messages.js";
import type { Breakpoints } from "./breakpoints.js";
import type { MainThread, Paused } from "./main-thread.js";
import type { Scripts } from "./scripts.js";
import type { ThrownValues } from "./thrown-values.js";

export type StepKind = "stepInto" | "stepOver" | "stepOut";

/** A step, or a wish to pause, that has not come to a place of the author's yet. */
interface Going {
  readonly kind: StepKind | "pause";
  /** Where it began, to know when a way through other code has come back there. */
  readonly from: string | undefined;
  /** How often it may still be sent on through code that is not the author's. */
  left: number;
}

/** What it takes to decide. */
export interface PauseParts {
  readonly mainThread: MainThread;
  readonly scripts: Scripts;
  readonly breakpoints: Breakpoints;
  readonly thrown: ThrownValues;
}

/** Ways through Node's own code: not all of it can be hidden from V8's stepping, since it comes from a snapshot. */
const MOST_STEPS_THROUGH = 200;
const MOST_STEPS_TO_PAUSE = 4000;

/** Decides where the main thread stays stopped, and lets it go again. */
export class Pauses {
  /** Where the main thread is held now, for a person to look at. */
  current: Paused | undefined;
  private held = false;
  private turn = 0;
  private going: Going | undefined;
  private lettingGo = false;

  private readonly mainThread: MainThread;
  private readonly scripts: Scripts;
  private readonly breakpoints: Breakpoints;
  private readonly thrown: ThrownValues;

  /** @param over called when what was seen of a pause is no longer so. */
  constructor(
    { mainThread, scripts, breakpoints, thrown }: PauseParts,
    private readonly tell: (event: DebugEvent) => void,
    private readonly over: () => void,
  ) {
    this.mainThread = mainThread;
    this.scripts = scripts;
    this.breakpoints = breakpoints;
    this.thrown = thrown;
    mainThread.inspector.on("Debugger.paused", ({ params }) => void this.paused(params));
    mainThread.inspector.on("Debugger.resumed", () => {
      this.held = false;
      this.turn += 1;
      this.end();
    });
  }

  /** Lets the main thread run on. */
  async resume(): Promise<void> {
    this.going = undefined;
    await this.post("resume");
  }

  async step(kind: StepKind): Promise<void> {
    const frame = this.current?.callFrames[0];
    this.going = { kind, from: frame && (await this.lineOf(frame)), left: MOST_STEPS_THROUGH };
    await this.post(kind);
  }

  /** Stops at the next code of the author's that runs. */
  async pause(): Promise<void> {
    if (this.held) return;
    this.going = { kind: "pause", from: undefined, left: MOST_STEPS_TO_PAUSE };
    await this.post("pause");
  }

  /** Ends the code that is held, without its `catch` and `finally`, and does not stop again until `pauseAgain`. */
  letGo(): void {
    this.lettingGo = true;
    this.going = undefined;
    if (!this.held) return;
    void this.mainThread.stuckCode("settle()");
    void this.mainThread.inspector.post("Debugger.resume", { terminateOnResume: true }).catch(() => {}); // went on by itself
  }

  pauseAgain(): void {
    this.lettingGo = false;
  }

  /** Forgets what was on its way. */
  async clear(): Promise<void> {
    this.going = undefined;
    if (this.held) await this.post("resume");
  }

  private async paused(params: Paused): Promise<void> {
    this.held = true;
    this.turn += 1;
    const turn = this.turn;
    try {
      const next = await this.decide(params);
      if (turn !== this.turn) return; // let go meanwhile
      if (next === "stay") return;
      await this.post(next);
    } catch (error) {
      process.stderr.write(`The debugger could not look at a pause: ${String(error)}\n`);
      if (turn === this.turn) await this.post("resume");
    }
  }

  private async decide(params: Paused): Promise<StepKind | "resume" | "stay"> {
    if (params.reason === "instrumentation") return this.meet(params);
    if (this.lettingGo) return "resume";
    const { going } = this;
    const [top] = params.callFrames;
    const place = top && (await this.scripts.place(top.location.scriptId, top.location));
    if (params.reason === "exception" || params.reason === "promiseRejection") {
      const text = await this.thrown.wanted(params);
      return text === undefined ? "resume" : this.stay(params, "exception", text);
    }
    if (params.hitBreakpoints && params.hitBreakpoints.length > 0) return this.stay(params, "breakpoint");
    if (!top || !place) return going ? this.through(params, going) : "resume";
    if (going) {
      const back =
        going.kind === "stepInto" && going.left < MOST_STEPS_THROUGH && going.from === (await this.lineOf(top));
      if (back) return "stepInto"; // out of a call that is not the author's: there may be another on the line
      return this.stay(params, going.kind === "pause" ? "pause" : "step");
    }
    const { script } = place;
    const isStatement = script.positions.js.startsWith("debugger", script.positions.offset(top.location));
    return isStatement ? this.stay(params, "breakpoint") : "resume"; // else what a step of an earlier cell left
  }

  /** A script is about to run for the first time. */
  private async meet(params: Paused): Promise<"resume"> {
    const { scriptId } = (params.data ?? {}) as { scriptId?: string };
    const script = scriptId === undefined ? undefined : await this.scripts.authors(scriptId);
    if (script?.frameNames && this.going?.kind !== "pause") this.going = undefined; // a step ends with its cell
    if (script) await this.breakpoints.meet(script);
    return "resume";
  }

  /** Goes on to the author's code from what is not. */
  private async through(params: Paused, going: Going): Promise<StepKind | "resume"> {
    going.left -= 1;
    if (going.left <= 0) {
      this.going = undefined;
      return "resume";
    }
    const [top] = params.callFrames;
    if (top && (await this.scripts.authors(top.location.scriptId))) return "stepOver"; // what a compiled cell adds
    return going.kind === "pause" ? "stepInto" : "stepOut";
  }

  private stay(params: Paused, reason: string, text?: string): "stay" {
    this.going = undefined;
    this.current = params;
    this.tell(
      debugEvent("stopped", {
        reason,
        threadId: THREAD_ID,
        allThreadsStopped: true,
        preserveFocusHint: false,
        ...(text === undefined ? {} : { description: `Paused on ${text}`, text }),
      }),
    );
    return "stay";
  }

  private end(): void {
    if (!this.current) return;
    this.current = undefined;
    this.over();
    this.tell(debugEvent("continued", { threadId: THREAD_ID, allThreadsContinued: true }));
  }

  /** The function's start and the author's line: tells whether a step has come back. */
  private async lineOf(frame: Debugger.CallFrame): Promise<string> {
    const found = await this.scripts.place(frame.location.scriptId, frame.location);
    return JSON.stringify([frame.functionLocation, found?.place.line]);
  }

  private async post(command: StepKind | "resume" | "pause"): Promise<void> {
    try {
      await this.mainThread.inspector.post(`Debugger.${command}`);
    } catch {
      // it went on by itself, or was let go
    }
  }
}
