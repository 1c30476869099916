import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Caller, connect } from "../links/calls.js";
import { channel, type Port, processPort } from "../links/port.js";
import { type HostCalls, STORE_ERRORS, type StoreCalls } from "./store-calls.js";

const HOST_PROGRAM = fileURLToPath(new URL("./host.js", import.meta.url));

/** A process that owns an opened store. */
export interface HostProcess {
  readonly call: Caller<StoreCalls>;
  /** It is gone, however it came to that. Calls back at once when it already is. */
  onEnd(listener: () => void): void;
  /** Finishes all writes, closes the file and ends it. */
  end(): Promise<void>;
  /** Keeps this process alive as long as that one lives. */
  ref(): void;
  unref(): void;
}

/** Starts a process that owns the store at `path`. @throws {Error} when it does not start or the file cannot be opened. */
export async function startHost(path: string): Promise<HostProcess> {
  const child = fork(HOST_PROGRAM, [], {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv: [], // a loader, a debugger's port or a preloaded module is the caller's own
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  const started = new Promise<never>((_, reject) => {
    child.once("error", (cause) => reject(new Error("Cannot open store: its process does not start", { cause })));
  });
  const port = processPort(child);
  const host = connect<HostCalls>(channel(port, "host"), STORE_ERRORS);
  try {
    await Promise.race([started, host("open", { path })]);
  } catch (error) {
    if (child.connected) child.disconnect();
    throw error;
  }
  child.unref();
  child.channel?.unref();
  return hostProcess(child, port, host);
}

function hostProcess(child: ChildProcess, port: Port, host: Caller<HostCalls>): HostProcess {
  return {
    call: connect<StoreCalls>(channel(port, "store"), STORE_ERRORS),
    onEnd: (listener) => port.onClose(listener),
    ref: () => child.channel?.ref(),
    unref: () => child.channel?.unref(),
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.ref();
      const exited = new Promise((resolve) => child.once("exit", resolve));
      child.channel?.ref();
      await host("close", null);
      child.disconnect();
      await exited;
    },
  };
}
