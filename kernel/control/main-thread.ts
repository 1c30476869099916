import { type Debugger, type Runtime, Session } from "node:inspector/promises";
import { type CellOrigin, DEBUG_VIEW, STUCK_CODE, type StuckAnswer } from "../links/control-calls.js";

/** What V8 says when it has stopped. */
export type Paused = Debugger.PausedEventDataType;

/**
 * The session's main thread as this one reaches it. An inspector's message gets there inside a loop too, and while
 * the debugger holds it.
 */
export class MainThread {
  readonly inspector = new Session();

  constructor() {
    this.inspector.connectToMainThread();
  }

  /**
   * Has the main thread look at its stack and act: told from here, it could have gone on to other code before it is
   * stopped. @param call a call of `StuckCode`.
   */
  async stuckCode(call: string): Promise<StuckAnswer | undefined> {
    const expression = `globalThis[Symbol.for(${JSON.stringify(STUCK_CODE)})]?.${call}`;
    try {
      const { result } = await this.inspector.post("Runtime.evaluate", { expression, returnByValue: true });
      return result.value as StuckAnswer | undefined;
    } catch {
      return undefined; // the code that was interrupted to look took the look with it
    }
  }

  /** Where the script of a cell comes from; null for other files. */
  async cellOrigin(file: string): Promise<CellOrigin | null> {
    const { result } = await this.inspector.post("Runtime.evaluate", {
      ...QUIETLY,
      expression: `${VIEW}.cell(${JSON.stringify(file)})`,
      returnByValue: true,
    });
    return (result.value as CellOrigin | undefined) ?? null;
  }

  /** An object of the main thread's. @param objectGroup V8's name for what is let go together. */
  async object(expression: string, objectGroup: string): Promise<Runtime.RemoteObject> {
    return (await this.inspector.post("Runtime.evaluate", { ...QUIETLY, expression, objectGroup })).result;
  }
}

/** A look that must not stop, although the debugger is on. */
const QUIETLY = { silent: true, disableBreaks: true } as const;
/** JavaScript that gives the `DebugView`, wherever it runs. */
export const VIEW = `globalThis[Symbol.for(${JSON.stringify(DEBUG_VIEW)})]`;
/** JavaScript that gives the notebook's top-level names and their values now. */
export const NOTEBOOK = `${VIEW}.values()`;
/** JavaScript that gives the object whose properties are the notebook's top-level names. */
export const SCOPE = `${VIEW}.scope`;
