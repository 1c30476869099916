import { Session } from "node:inspector";
import { STUCK_CODE, type StuckAnswer, type StuckCode } from "../links/control-calls.js";
import { isOurs, isPlatform } from "../links/own-files.js";
import { filesAbove } from "./call-site.js";
import { enclosingCell } from "./cell-context.js";

/**
 * Lets the control thread act in the middle of user code that holds the main thread. Code that it stops
 * unwinds without running `catch` or `finally`; all variables stay as they are.
 * @param flush sends output that was gathered.
 */
export function armStuckCode(flush: () => void): void {
  const inspector = new Session();
  inspector.connect();
  const hooks = asyncHookState();
  const inUserCode = (force: boolean, act: () => void): StuckAnswer => {
    const files = runningFiles(inUserCode);
    if (files.every((file) => isOurs(file))) return "free";
    if (isOurs(files[0]!) && !force) return "soon";
    act();
    return "done";
  };
  const betweenOwnCode = (act: () => void): StuckAnswer => {
    const [innermost] = runningFiles(betweenOwnCode);
    if (innermost !== undefined && isOurs(innermost)) return "soon";
    act();
    return "done";
  };
  const unwind = (): void => {
    hooks?.settle();
    inspector.post("Runtime.terminateExecution");
  };
  const stuckCode: StuckCode = {
    stop: (force) => inUserCode(force, unwind),
    settle: () => {
      hooks?.settle();
      return "done";
    },
    stopLeftOver: () => (enclosingCell()?.signal.aborted ? inUserCode(true, unwind) : "free"),
    flush: () => betweenOwnCode(flush),
  };
  Object.defineProperty(globalThis, Symbol.for(STUCK_CODE), { value: stuckCode });
}

/** Files of the running functions, innermost first, without Node's own and this one. */
const runningFiles = (above: (...args: never[]) => unknown): string[] =>
  filesAbove(above).filter((file) => file !== "" && file !== import.meta.url && !isPlatform(file));

interface AsyncWrap {
  readonly async_hook_fields: Uint32Array;
  readonly constants: { readonly kCheck: number };
  clearAsyncIdStack(): void;
}

/**
 * Node counts asynchronous functions in and out, and aborts the process when the counts differ, as they do
 * once a function is unwound. `--no-force-async-hooks-checks` does not reach far enough: each
 * AsyncLocalStorage turns the check on again (Node 20 and 22). So the count is emptied, as Node does itself
 * after an uncaught exception, and the check switched off.
 */
function asyncHookState(): { settle(): void } | undefined {
  const { noDeprecation } = process;
  process.noDeprecation = true;
  try {
    const { binding } = process as unknown as { binding?(name: string): AsyncWrap };
    const wrap = binding?.("async_wrap");
    if (!wrap?.clearAsyncIdStack || !wrap.async_hook_fields || wrap.constants?.kCheck === undefined) return undefined;
    return {
      settle() {
        wrap.async_hook_fields[wrap.constants.kCheck] = 0;
        wrap.clearAsyncIdStack();
      },
    };
  } catch {
    return undefined; // a Node without this binding has no such count either
  } finally {
    process.noDeprecation = noDeprecation ?? false;
  }
}
