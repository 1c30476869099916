import { CELL_FILES } from "../../protocol/cell-path.js";
import {
  type DebugEvent,
  type DebugRequest,
  type DebugResponse,
  debugEvent,
  debugFailure,
  debugResponse,
  THREAD_ID,
} from "../../protocol/debug-messages.js";
import { integerField, objectField, textField } from "../../protocol/fields.js";
import type { Header, JsonObject } from "../../protocol/messages.js";
import { DebugMemory } from "../debug-memory.js";
import type { Handler } from "../dispatch.js";
import type { Outlet } from "../outlet.js";

/** The part of the session that the debugger needs. */
export interface DebuggedSession {
  readonly alive: boolean;
  wake(): void;
  debug(request: DebugRequest): Promise<DebugResponse>;
}

/** Commands that begin a session where the one before has ended. */
const WAKING = new Set(["initialize", "attach"]);
/** Commands that decide where a cell stops. */
const SETTING = new Set(["initialize", "attach", "configurationDone", "setBreakpoints", "setExceptionBreakpoints"]);
/** What there is to say of a session that has ended. */
const OF_NO_SESSION: { readonly [command: string]: JsonObject } = {
  debugInfo: {
    ...CELL_FILES,
    stoppedThreads: [],
    richRendering: true,
    exceptionPaths: [],
    copyToGlobals: true,
  },
  inspectVariables: { variables: [] },
  modules: { modules: [] },
  disconnect: {},
};

/**
 * Hands a debugger's requests to the session's control thread, and its events to the front ends. The debugger of a
 * session that follows one that ended is on again, with the same breakpoints.
 */
export class DebugRequests {
  /** The request that switched the debugger on: parent of its events. */
  private attached: Header | undefined;
  private readonly memory = new DebugMemory();
  /** Requests that decide where a cell stops, while they are answered. */
  private readonly setting = new Set<Promise<unknown>>();
  /** The protocol numbers what an adapter sends, from 1. */
  private lastSeq = 0;

  constructor(
    private readonly session: DebuggedSession,
    private readonly outlet: Outlet,
  ) {}

  readonly handle: Handler = async (content, { header }) => {
    const request = readRequest(content);
    const answering = this.answer(request, header); // never rejects
    if (SETTING.has(request.command)) this.setting.add(answering);
    try {
      return this.numbered(await answering);
    } finally {
      this.setting.delete(answering);
    }
  };

  /** Resolves when breakpoints that came before have their effect: a cell that is sent after them is to stop there. */
  async settled(): Promise<void> {
    await Promise.all(this.setting);
  }

  private async answer(request: DebugRequest, header: Header): Promise<DebugResponse> {
    const { command } = request;
    if (command === "disconnect") this.memory.forget();
    if (!this.session.alive && Object.hasOwn(OF_NO_SESSION, command)) return this.ofNoSession(request);
    if (WAKING.has(command) || this.attached) this.session.wake();
    if (WAKING.has(command)) this.attached = header;
    if (!this.session.alive) return debugFailure(request, `Cannot answer "${command}": no session runs`);
    try {
      const response = await this.session.debug(request);
      this.memory.keep(request, response);
      if (command === "disconnect") this.attached = undefined;
      return response;
    } catch (error) {
      return debugFailure(request, `Cannot answer "${command}": ${(error as Error).message}`);
    }
  }

  private ofNoSession(request: DebugRequest): DebugResponse {
    if (request.command === "disconnect") this.attached = undefined;
    const info = { isStarted: this.attached !== undefined, breakpoints: this.memory.breakpoints() };
    return debugResponse(request, {
      ...OF_NO_SESSION[request.command]!,
      ...(request.command === "debugInfo" ? info : {}),
    });
  }

  /** Publishes what the debugger tells. */
  tell(event: DebugEvent): void {
    this.outlet.publish("debug_event", this.numbered(event), this.attached ?? null);
  }

  /** Switches the debugger of a new session on, with all that was asked of the one before. Never rejects. */
  async restore(life: Pick<DebuggedSession, "debug">): Promise<void> {
    if (!this.attached) return;
    for (const request of this.memory.requests()) this.memory.keep(request, await life.debug(request));
  }

  /** The session's process is gone, and the debugger with it: until the next one begins, nothing is stopped. */
  sessionEnded(): void {
    if (this.attached) this.tell(debugEvent("continued", { threadId: THREAD_ID, allThreadsContinued: true }));
  }

  private numbered(message: DebugResponse | DebugEvent): JsonObject {
    return { ...message, seq: ++this.lastSeq };
  }
}

/** @throws {TypeError} for what is no request of a debugger. */
const readRequest = (content: JsonObject): DebugRequest => ({
  type: "request",
  seq: integerField(content, "seq", 0),
  command: textField(content, "command"),
  arguments: objectField(content, "arguments"),
});
