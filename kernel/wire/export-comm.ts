import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { ExportCommAnswer, ExportCommOpen } from "../../src/contracts/export-comm.js";
import type { JsonObject } from "../protocol/messages.js";
import type { CommTarget } from "./comms.js";

const COMMAND = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

/**
 * Answers the comm of EXPORT_COMM_TARGET: exports the notebook in a process of its own, so that the
 * compiler neither blocks nor stays in the kernel process. Never rejects.
 */
export async function answerExport({ notebook }: ExportCommOpen): Promise<ExportCommAnswer> {
  try {
    const written = JSON.parse(await runExport(JSON.stringify(notebook))) as { script: string; warnings: string[] };
    return { ok: true, ...written };
  } catch (error) {
    return { ok: false, error: (error as Error).message };
  }
}

/** Answers comms of EXPORT_COMM_TARGET: one answer, then closed. */
export const exportCommTarget: CommTarget = (link, data) => {
  let open = true;
  void answerExport(data as unknown as ExportCommOpen).then((answer) => {
    if (!open) return;
    link.send({ ...answer } as JsonObject);
    link.close();
  });
  return {
    message: () => {}, // the contract has no requests
    close: () => {
      open = false;
    },
  };
};

/** Standard output of `cellar export - --json`. @throws {Error} with what the command said. */
async function runExport(notebook: string): Promise<string> {
  const command = spawn(process.execPath, [COMMAND, "export", "-", "--json"], { stdio: ["pipe", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve, reject) => command.once("error", reject).once("close", resolve));
  command.stdin.on("error", () => {}); // ended early: its exit code and words tell why
  command.stdin.end(notebook);
  const [output, complaint, code] = await Promise.all([text(command.stdout), text(command.stderr), ended]);
  if (code !== 0)
    throw new Error(complaint.trim() || `Cannot export the notebook: the command ended with code ${code}`);
  return output;
}
