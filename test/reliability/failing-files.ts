import files, { type FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import type { Faults } from "./faults.js";

/** What the store asks of folders and files when it keeps a large value. */
const OF_PATHS = ["mkdir", "open", "rename", "utimes", "readFile"] as const;
const OF_HANDLES = ["writeFile", "write", "writev", "sync", "datasync", "close"] as const;
type Call = (...args: unknown[]) => Promise<unknown>;

/** Lets calls of node:fs/promises under `folder` be refused, in all modules. Gives the way to undo it. */
export function failFiles(faults: Faults, folder: string, code: "EIO" | "ENOSPC"): () => void {
  const real = new Map<string, Call>();
  const table = files as unknown as { [name: string]: Call };
  const ask = (syscall: string): void =>
    faults.ask(syscall, () => Object.assign(new Error(`${code}: refused, ${syscall}`), { code, syscall }));
  for (const name of OF_PATHS) {
    const call = table[name]!;
    real.set(name, call);
    table[name] = async (...args) => {
      if (!String(args[0]).startsWith(folder)) return await call(...args);
      ask(name);
      const answer = await call(...args);
      return name === "open" ? failingHandle(answer as FileHandle, ask) : answer;
    };
  }
  syncBuiltinESMExports();
  return () => {
    for (const [name, call] of real) table[name] = call;
    syncBuiltinESMExports();
  };
}

function failingHandle(handle: FileHandle, ask: (syscall: string) => void): FileHandle {
  const table = handle as unknown as { [name: string]: Call };
  for (const name of OF_HANDLES) {
    const call = table[name]!.bind(handle);
    table[name] = async (...args) => {
      if (name === "close") await call(...args); // a descriptor is given back even where closing tells an error
      ask(name);
      return name === "close" ? undefined : await call(...args);
    };
  }
  return handle;
}
