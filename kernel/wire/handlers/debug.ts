import { CELL_FILES } from "../../protocol/cell-path.js";
import {
  type DebugEvent,
  type DebugRequest,
  type DebugResponse,
  debugEvent,
  debugFailure,
  debugResponse,
} from "../../protocol/debug-messages.js";
import { integerField, objectField, textField } from "../../protocol/fields.js";
import type { Header, JsonObject } from "../../protocol/messages.js";
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
/** What there is to say of a session that has ended. */
const OF_NO_SESSION: { readonly [command: string]: JsonObject } = {
  debugInfo: {
    isStarted: false,
    ...CELL_FILES,
    breakpoints: [],
    stoppedThreads: [],
    richRendering: true,
    exceptionPaths: [],
    copyToGlobals: false,
  },
  inspectVariables: { variables: [] },
  modules: { modules: [] },
  disconnect: {},
};

/** Hands a debugger's requests to the session's control thread, and its events to the front ends. */
export class DebugRequests {
  /** The request that switched the debugger on: parent of its events. */
  private attached: Header | undefined;
  /** The protocol numbers what an adapter sends, from 1. */
  private lastSeq = 0;

  constructor(
    private readonly session: DebuggedSession,
    private readonly outlet: Outlet,
  ) {}

  readonly handle: Handler = async (content, { header }) =>
    this.numbered(await this.answer(readRequest(content), header));

  private async answer(request: DebugRequest, header: Header): Promise<DebugResponse> {
    const { command } = request;
    if (!this.session.alive && Object.hasOwn(OF_NO_SESSION, command))
      return debugResponse(request, OF_NO_SESSION[command]!);
    if (WAKING.has(command)) {
      this.session.wake();
      this.attached = header;
    }
    if (!this.session.alive) return debugFailure(request, `Cannot answer "${command}": no session runs`);
    try {
      const response = await this.session.debug(request);
      if (command === "disconnect") this.attached = undefined;
      return response;
    } catch (error) {
      return debugFailure(request, `Cannot answer "${command}": ${(error as Error).message}`);
    }
  }

  /** Publishes what the debugger tells. */
  tell(event: DebugEvent): void {
    this.outlet.publish("debug_event", this.numbered(event), this.attached ?? null);
  }

  private numbered(message: DebugResponse | DebugEvent): JsonObject {
    return { ...message, seq: ++this.lastSeq };
  }

  /** The session's process is gone, and the debugger with it. */
  sessionEnded(): void {
    if (!this.attached) return;
    for (const event of ["continued", "terminated"])
      this.tell(debugEvent(event, event === "continued" ? { threadId: 1, allThreadsContinued: true } : {}));
    this.attached = undefined;
  }
}

/** @throws {TypeError} for what is no request of a debugger. */
const readRequest = (content: JsonObject): DebugRequest => ({
  type: "request",
  seq: integerField(content, "seq", 0),
  command: textField(content, "command"),
  arguments: objectField(content, "arguments"),
});
