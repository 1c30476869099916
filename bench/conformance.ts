import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installKernel } from "../test/kernel/install-kernel.js";
import type { Figure } from "./figure.js";
import { peerSubjects } from "./kernel-subjects.js";
import { PEERS, peerPython } from "./peer-install.js";

const folderOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const OF_PEERS = folderOf("bench/peers_conformance.py");
const LIMIT_MS = 10 * 60_000;

interface Verdict {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
  /** Passed, without some kinds of question that the kernel does not offer. */
  readonly inPart: readonly string[];
}

/** How many tests of jupyter_kernel_test each kernel passes; what a language has no sample for is skipped. */
export function conformanceFigures(say: (line: string) => void): Figure[] {
  const python = peerPython();
  if (!python) return [];
  const data = mkdtempSync(join(tmpdir(), "cellar-peers-"));
  try {
    installKernel(data);
    const peers = peerSubjects().map((subject) => ({
      subject: subject.name,
      kernel: subject.name.toLowerCase(),
      ...subject,
    }));
    for (const { kernel, command, name } of peers) {
      const argv = command!("{connection_file}");
      mkdirSync(join(data, "kernels", kernel), { recursive: true });
      writeFileSync(
        join(data, "kernels", kernel, "kernel.json"),
        JSON.stringify({ argv, display_name: name, language: kernel }),
      );
    }
    const env = { ...process.env, JUPYTER_PATH: data, CELLAR_HISTORY: join(data, "history.db") };
    return ["cellar", ...peers.map(({ kernel }) => kernel)].flatMap((kernel) => {
      const subject = peers.find((each) => each.kernel === kernel)?.name ?? "Cellar";
      say(`asking ${subject} the tests of jupyter_kernel_test`);
      const options = { env, cwd: PEERS, encoding: "utf8", timeout: LIMIT_MS } as const;
      const ran = spawnSync(python.program, [OF_PEERS, kernel], options);
      if (ran.status !== 0) {
        say(`not asked: ${subject} (${ran.stderr.trim().split("\n").at(-1)})`);
        return [];
      }
      const { passed, failed, skipped, inPart } = JSON.parse(ran.stdout.trim().split("\n").at(-1)!) as Verdict;
      const note = [
        `of ${passed.length + failed.length + skipped.length}`,
        ...(failed.length > 0 ? [`failed: ${failed.map(short).join(", ")}`] : []),
        ...(inPart.length > 0 ? [`in part: ${inPart.map(short).join(", ")}`] : []),
        ...(skipped.length > 0 ? [`skipped: ${skipped.map(short).join(", ")}`] : []),
      ].join("; ");
      return [{ what: "jupyter_kernel_test, passed", subject, unit: "", value: passed.length, samples: 1, note }];
    });
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

const short = (test: string): string => test.replace(/^test_/, "");
