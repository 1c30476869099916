import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Port, processPort } from "../links/port.js";
import type { FromTask, StopReason, TaskJob, TaskReport, ToTask } from "./task-messages.js";

const PROGRAM = fileURLToPath(new URL("./task-process.js", import.meta.url));
/** What user code is not to know. */
const HIDDEN = ["CELLAR_QUEUE", "CELLAR_QUEUE_KEY"];

/** How a call in a slot ended: with a report, or with its process. */
export type SlotEnd = { readonly report: TaskReport } | { readonly died: string };

/** What a slot's process is to be. */
export interface SlotOptions {
  /** MB that its JavaScript objects may take. @default Node's own limit */
  readonly memoryMb?: number;
}

/** A process that calls one task at a time. It is started when it is first needed, and again when it died. */
export class TaskSlot {
  readonly #options: SlotOptions;
  #child: ChildProcess | undefined;
  #port: Port | undefined;
  /** Hears what the process says of the task that runs. */
  #listener: ((note: FromTask) => void) | undefined;

  constructor(options: SlotOptions) {
    this.#options = options;
  }

  /** Calls a task. @param hear notes that it gives meanwhile */
  run(job: TaskJob, hear: (note: FromTask) => void): Promise<SlotEnd> {
    const child = this.#start();
    return new Promise((resolve) => {
      const end = (ended: SlotEnd): void => {
        this.#listener = undefined;
        child.off("exit", died);
        resolve(ended);
      };
      this.#listener = (note) => ("report" in note ? end(note) : hear(note));
      const died = (code: number | null, signal: string | null): void =>
        end({ died: signal ?? (code === null ? "it did not start" : `exit code ${code}`) });
      child.once("exit", died);
      this.#post({ job });
    });
  }

  /** Tells the task that runs to stop. */
  stop(reason: StopReason): void {
    this.#post({ stop: reason });
  }

  /** Ends the process, and with it what it runs. */
  kill(): void {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }

  #start(): ChildProcess {
    if (this.#child) return this.#child;
    const { memoryMb } = this.#options;
    const child = fork(PROGRAM, [], {
      serialization: "advanced",
      execArgv: [
        "--experimental-import-meta-resolve",
        ...(memoryMb === undefined ? [] : [`--max-old-space-size=${memoryMb}`]),
      ],
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !HIDDEN.includes(name))),
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    child.on("error", () => {}); // that it did not start, or is gone, its exit says
    child.once("exit", () => {
      if (this.#child === child) this.#child = undefined;
    });
    this.#child = child;
    this.#port = processPort(child);
    this.#port.onMessage((message) => {
      if (this.#child === child) this.#listener?.(message as FromTask);
    });
    return child;
  }

  #post(message: ToTask): void {
    if (this.#child) this.#port?.post(message);
  }
}
