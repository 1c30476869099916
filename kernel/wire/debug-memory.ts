import type { Breakpoint, DebugRequest, DebugResponse } from "../protocol/debug-messages.js";
import { objectField, optionalText } from "../protocol/fields.js";
import type { JsonObject } from "../protocol/messages.js";

/** A request whose effect ends with the session's process, with what was answered. */
interface Kept {
  readonly request: DebugRequest;
  readonly response: DebugResponse;
}

/** Requests that count once: a later one of the same key takes the place of the one before. */
const KEYS: { readonly [command: string]: (args: JsonObject) => string | undefined } = {
  initialize: () => "",
  dumpCell: (args) => optionalText(args, "code"),
  setBreakpoints: (args) => optionalText(objectField(args, "source"), "path"),
  setExceptionBreakpoints: () => "",
};

/** What a debugger was asked for, to ask it of the next session's. */
export class DebugMemory {
  private readonly kept = new Map<string, Kept>();

  /** Remembers a request that was met, where it is one that lasts. */
  keep(request: DebugRequest, response: DebugResponse): void {
    const keyOf = Object.hasOwn(KEYS, request.command) ? KEYS[request.command] : undefined;
    const key = response.success ? keyOf?.(request.arguments) : undefined;
    if (key === undefined) return;
    const name = `${request.command} ${key}`;
    this.kept.delete(name);
    if (breakpointsIn(request.arguments).length > 0 || request.command !== "setBreakpoints")
      this.kept.set(name, { request, response });
  }

  forget(): void {
    this.kept.clear();
  }

  /** All that is to be asked again, in its order; breakpoints with the numbers that front ends know them by. */
  requests(): DebugRequest[] {
    return [...this.kept.values()].map(({ request, response }) => {
      if (request.command !== "setBreakpoints") return request;
      const ids = breakpointsIn(response.body);
      const breakpoints = breakpointsIn(request.arguments).map((each, at) => ({ ...each, id: ids[at]?.id ?? 0 }));
      return { ...request, arguments: { ...request.arguments, breakpoints } };
    });
  }

  /** The breakpoints as they are while no session runs. */
  breakpoints(): JsonObject[] {
    return [...this.kept.values()]
      .filter(({ request }) => request.command === "setBreakpoints")
      .map(({ request, response }) => ({
        source: optionalText(objectField(request.arguments, "source"), "path") ?? "",
        breakpoints: breakpointsIn(response.body).map((each) => ({ ...each, verified: false })),
      }));
  }
}

const breakpointsIn = (from: JsonObject): (JsonObject & Partial<Breakpoint>)[] =>
  Array.isArray(from.breakpoints) ? (from.breakpoints as (JsonObject & Partial<Breakpoint>)[]) : [];
