import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { findProcess } from "../../src/store/process-mark.js";
import { KernelClient } from "../kernel/kernel-client.js";
import { childrenOf, killIfThere } from "./children-of.js";
import { flowCode } from "./killed-flow.js";

const LIBRARY = new URL("../../src/index.js", import.meta.url).href;
const REGISTER = new URL("../../src/export/register.js", import.meta.url).href;

/** What a kill comes to. */
export interface Killed {
  /** The flow goes on: only what it is able to replace was killed. */
  readonly goesOn: boolean;
  /** Tasks may have gone on without the store for a while. */
  readonly storeDied: boolean;
}

/** One time that the flow runs. */
export interface Attempt {
  /** What the flow printed, once its process ended; something else when it was killed. */
  readonly ended: Promise<string>;
  /** Ends by force what `whom` names. */
  kill(whom: string): Promise<Killed>;
}

/** A place where the flow runs, again and again, in one folder. */
export interface Victims {
  /** Whom to kill there. */
  readonly whom: readonly string[];
  begin(): Promise<Attempt>;
  close(): Promise<void>;
}

/** A script in plain Node, or TypeScript through `cellar/register`; its store is its child process. */
export function scriptVictims(folder: string, typed: boolean): Victims {
  const file = typed ? "flow.ts" : "flow.mjs";
  writeFileSync(join(folder, file), flowCode(typed ? "cellar" : LIBRARY));
  const args = typed ? ["--import", REGISTER, file] : [file];
  return {
    whom: ["script", "script", "store", "both"],
    async begin() {
      const complaints = openSync(join(folder, "stderr.log"), "a");
      const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", complaints] });
      closeSync(complaints);
      return {
        ended: text(child.stdout!),
        kill: async (whom) => killScript(child, whom),
      };
    },
    async close() {},
  };
}

/** A store process is replaced, and what it left unanswered is asked again. */
function killScript(child: ChildProcess, whom: string): Killed {
  const stores = whom === "script" ? [] : childrenOf(child.pid!);
  for (const pid of stores) killIfThere(pid);
  const goesOn = whom === "store" && stores.length > 0;
  if (!goesOn) child.kill("SIGKILL");
  return { goesOn, storeDied: false };
}

/** A cell of a notebook: the session runs the tasks, the kernel owns the store. */
export function notebookVictims(folder: string): Victims {
  const env = { JPY_SESSION_NAME: join(folder, "n.ipynb"), CELLAR_CHECK: "off" };
  let client: KernelClient | undefined;
  return {
    whom: ["session", "session", "kernel"],
    async begin() {
      client ??= await KernelClient.start({ folder, env });
      const kernel = client;
      const session = Number((await kernel.execute("process.pid")).result);
      const died = kernel.exited.then(() => "killed"); // it never answers then
      const execution = kernel.finish(kernel.begin(flowCode("cellar"), {}, { cellId: "c" }));
      execution.catch(() => {}); // told by `died`
      return {
        ended: Promise.race([execution.then(({ stdout, reply }) => stdout || JSON.stringify(reply)), died]),
        async kill(whom) {
          if (whom === "session") {
            killIfThere(session);
            return { goesOn: false, storeDied: false };
          }
          kernel.kernel.kill("SIGKILL");
          client = undefined;
          await kernel.close();
          while (findProcess(session)) await delay(5); // it goes on with its tasks until it sees that the kernel is gone
          return { goesOn: false, storeDied: true };
        },
      };
    },
    async close() {
      await client?.close();
    },
  };
}
