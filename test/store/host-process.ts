import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { connect } from "../../src/links/calls.js";
import { channel, processPort } from "../../src/links/port.js";
import type { Store } from "../../src/store/store.js";
import type { HostCalls } from "../../src/store/store-calls.js";
import { connectStore } from "../../src/store/store-client.js";

const HOST_PROGRAM = fileURLToPath(new URL("../../src/store/host.js", import.meta.url));

/** A store process whose child process the test holds, to end it by force. */
export async function forkHost(path: string): Promise<{ child: ChildProcess; store: Store; ended: Promise<void> }> {
  const child = fork(HOST_PROGRAM, [], { serialization: "advanced", stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const port = processPort(child);
  await connect<HostCalls>(channel(port, "host"))("open", { path });
  return { child, store: connectStore(channel(port, "store")), ended };
}
