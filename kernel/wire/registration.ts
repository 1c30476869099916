import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import {
  type Connection,
  connectionFile,
  type Ports,
  portFields,
  registrationAddress,
} from "../protocol/connection-file.js";
import { newMessage } from "../protocol/outgoing.js";
import { ReplayMemory } from "../protocol/replay-memory.js";
import { decode, encode } from "../protocol/wire-format.js";
import { askOnce } from "./sockets.js";

/** How long a launcher may take to say that it has the ports: the kernel ends itself then (JEP 66). */
const PATIENCE_MS = 10_000;

export type Registration = Connection & { readonly registrationPort: number };

export const isRegistration = (connection: Connection): connection is Registration =>
  connection.registrationPort !== null;

/**
 * Tells the launcher the ports that this kernel chose: a signed `handshake_request` on a REQ socket, answered by
 * `handshake_reply`. The form is the one of Positron's kernels; JEP 66 leaves it open.
 * @throws {Error} when the launcher does not answer, or refuses.
 */
export async function register(connection: Registration, ports: Ports): Promise<void> {
  const address = registrationAddress(connection);
  const refuse = (detail: string, cause?: unknown): never => {
    throw new Error(`Cannot register the kernel at ${address}: ${detail}`, { cause });
  };
  const content = portFields(ports);
  const request = newMessage({ type: "handshake_request", content, parent: null, identities: [] }, randomUUID());
  const answer = await askOnce(address, encode(request, connection.key), PATIENCE_MS)
    .then((frames) => decode(frames, connection.key, new ReplayMemory()).content)
    .catch((cause: NodeJS.ErrnoException) =>
      refuse(cause.code === "EAGAIN" ? `no answer within ${PATIENCE_MS / 1000} s` : cause.message, cause),
    );
  if (answer.status !== "ok") refuse(`the launcher answered ${JSON.stringify(answer)}`);
}

/** Writes a connection file into Jupyter's runtime folder, so that other clients find the kernel. Gives the way to remove it. */
export function publishConnection(connection: Connection, env: NodeJS.ProcessEnv): () => void {
  const folder = runtimeFolder(env);
  const path = join(folder, `kernel-${randomUUID()}.json`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(path, JSON.stringify(connectionFile(connection)), { mode: 0o600 });
  return () => rmSync(path, { force: true });
}

/** https://docs.jupyter.org/en/latest/use/jupyter-directories.html */
function runtimeFolder({ JUPYTER_RUNTIME_DIR, XDG_DATA_HOME, APPDATA }: NodeJS.ProcessEnv): string {
  if (JUPYTER_RUNTIME_DIR) return JUPYTER_RUNTIME_DIR;
  if (process.platform === "darwin") return join(homedir(), "Library", "Jupyter", "runtime");
  if (process.platform === "win32") return join(APPDATA ?? homedir(), "jupyter", "runtime");
  return join(XDG_DATA_HOME || join(homedir(), ".local", "share"), "jupyter", "runtime");
}
