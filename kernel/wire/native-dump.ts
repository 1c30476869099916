/** How Node and V8 begin what they say of a crash. */
const BEGIN =
  /^(?:<--- Last few GCs --->|----- Native stack trace -----|FATAL ERROR: |Waiting for the debugger to disconnect|#\n# Fatal error in )/m;
/** What was written, and the process lives so long: it was no crash of its own. */
const PATIENCE_MS = 2000;
const MOST_KEPT = 256 * 1024;

/**
 * The stderr of a session's processes. What looks like the dump of a crash is held back until it is known whose
 * it is: that of a child process is shown, that of the session is not for the reader of a notebook.
 */
export class NativeDump {
  private held = "";
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly print: (text: string) => void) {}

  take(text: string): void {
    if (this.held !== "") {
      this.hold(text);
      return;
    }
    const begin = text.search(BEGIN);
    if (begin < 0) {
      this.print(text);
      return;
    }
    const before = text.slice(0, begin).trimEnd();
    if (before !== "") this.print(`${before}\n`);
    this.hold(text.slice(begin));
  }

  /** Gives the dump of the session itself, which has crashed; empty when there is none. */
  keep(): string {
    clearTimeout(this.timer);
    this.timer = undefined;
    const dump = this.held;
    this.held = "";
    return dump;
  }

  /** Prints what was held back. */
  release(): void {
    const text = this.keep();
    if (text !== "") this.print(text);
  }

  private hold(text: string): void {
    this.held += text;
    if (this.held.length > MOST_KEPT) this.release();
    else this.timer ??= setTimeout(() => this.release(), PATIENCE_MS).unref();
  }
}
