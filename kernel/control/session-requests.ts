import { CELL_FILES } from "../protocol/cell-path.js";
import { type DebugEvent, debugEvent, THREAD_ID } from "../protocol/debug-messages.js";
import type { AnswerTable, DebugParts } from "./debug-parts.js";
import { EXCEPTION_FILTERS } from "./thrown-values.js";

/** How far back the awaiting functions of a paused one are told. */
const ASYNC_DEPTH = 8;

const CAPABILITIES = {
  supportsConfigurationDoneRequest: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsSetVariable: true,
  supportsSetExpression: true,
  supportsCompletionsRequest: true,
  completionTriggerCharacters: ["."],
  supportsBreakpointLocationsRequest: true,
  supportsEvaluateForHovers: true,
  supportsModulesRequest: true,
  supportsLoadedSourcesRequest: true,
  exceptionBreakpointFilters: EXCEPTION_FILTERS.map((filter) => ({ ...filter })),
};

/** Switches the debugger on and off, and says what it is. */
export function sessionRequests(parts: DebugParts, tell: (event: DebugEvent) => void): AnswerTable {
  const { mainThread, scripts, breakpoints, thrown, pauses, told } = parts;
  const { inspector } = mainThread;
  let started = false;
  inspector.on("Debugger.scriptParsed", ({ params }) => scripts.add(params));
  const start = async (): Promise<void> => {
    started = true;
    await inspector.post("Debugger.enable");
    await inspector.post("Debugger.setAsyncCallStackDepth", { maxDepth: ASYNC_DEPTH });
    await thrown.watch(new Set());
    await inspector.post("Debugger.setInstrumentationBreakpoint", { instrumentation: "beforeScriptExecution" });
  };
  const stop = async (): Promise<void> => {
    started = false;
    await breakpoints.clear();
    await thrown.watch(new Set());
    await pauses.clear();
    await inspector.post("Debugger.disable");
    scripts.clear();
    told.clear();
  };
  return {
    initialize: async () => {
      if (!started) await start();
      return CAPABILITIES;
    },
    attach: () => {
      tell(debugEvent("initialized", {}));
      return {};
    },
    configurationDone: () => ({}),
    disconnect: async () => {
      if (!started) return {};
      await stop();
      tell(debugEvent("terminated", {}));
      return {};
    },
    debugInfo: () => ({
      isStarted: started,
      ...CELL_FILES,
      breakpoints: breakpoints.list(),
      stoppedThreads: pauses.current ? [THREAD_ID] : [],
      richRendering: true,
      exceptionPaths: EXCEPTION_FILTERS.map(({ label }) => label),
      copyToGlobals: true,
    }),
    threads: () => ({ threads: [{ id: THREAD_ID, name: "Cells" }] }),
  };
}
