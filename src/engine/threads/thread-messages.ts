import type { MessagePort } from "node:worker_threads";
import type { Json } from "../../contracts/json.js";
import type { TaskContext } from "../../task/context.js";

/** All that crosses to the thread of a task and back. */

/** A value on its way between threads. */
export type Crossing =
  /** By structured clone; of its byte arrays, these are Buffers. */
  | { readonly clone: unknown; readonly buffers: readonly Uint8Array[] }
  /** Where structured clone would change it: an error's class, a URL, a RegExp's lastIndex. Large bytes go beside it. */
  | { readonly json: Json; readonly parts: readonly Uint8Array[] }
  /** It cannot cross, and nobody may need it: the reason is thrown when it is read. */
  | { readonly problem: string };

/** What a name in a shipped function stands for. */
export type Binding =
  | { readonly unit: number }
  | { readonly value: number }
  | { readonly module: string; readonly exported: string };

/** The text of a function and of the functions it refers to. */
export interface ShippedUnits {
  /** Script whose value is one maker for each unit: see `loadShipped`. The first unit is the task's function. */
  readonly text: string;
  readonly units: readonly {
    /** A class reads what it refers to already when it is made. */
    readonly isClass: boolean;
    readonly bindings: readonly Binding[];
  }[];
}

/** A function with all it refers to. */
export interface ShippedCode extends ShippedUnits {
  /** Array of the constants that functions refer to, crossing as one: what they share stays shared. */
  readonly values: Crossing;
}

/** One call of a task's function. */
export interface ThreadJob {
  readonly taskName: string;
  /** Where imports are looked up from. */
  readonly folder: string;
  readonly code: ShippedCode;
  readonly inputs: Crossing;
  /** Where a stream that it returns is kept. */
  readonly streamFolder: string;
  readonly context: Omit<TaskContext, "signal" | "log" | "progress" | "parameters" | "loopResult">;
  readonly parameters: Crossing;
  readonly loopResult: Crossing;
  /** Takes ThreadNotes while the task runs, and gives ThreadOrders. */
  readonly port: MessagePort;
}

/** What a task says while it runs. */
export type ThreadNote =
  | { readonly log: string }
  | { readonly fraction: number; readonly message: string | undefined }
  /** It has asked for its signal: a stop is told to it, and it is given time to end by itself. */
  | { readonly listens: true };

/** What a running task is told: to stop, with the name and message of its signal's reason. */
export interface ThreadOrder {
  readonly name: string;
  readonly message: string;
}

/** A file that a task imported, and when it had last been changed. */
export interface LoadedFile {
  readonly path: string;
  readonly changed: number;
}

/** How the call ended. */
export type ThreadAnswer = { readonly loaded: readonly LoadedFile[] } & (
  | { readonly value: Crossing }
  | { readonly thrown: Crossing }
  | {
      readonly signal: { readonly kind: string; readonly message: string | null; readonly delayMs: number | undefined };
      readonly value: Crossing;
    }
);
