import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { KernelClient } from "../test/kernel/kernel-client.js";
import { type Figure, median, timed } from "./figure.js";

const TIMES = 3;
/** Its types are some thousand files: most of the time goes into reading them. */
const PACKAGE = "@aws-sdk/client-s3";
const CODE = `import { S3Client, type ListBucketsCommandOutput } from "${PACKAGE}";
const client = new S3Client({ region: "eu-central-1" });
const show = (output: ListBucketsCommandOutput): number => output.Buckets?.length ?? 0;
typeof client.send + show.length`;
const TSC = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const CHECK = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext"];
const MODULES = fileURLToPath(new URL("../../node_modules", import.meta.url));

/**
 * A cell with a big typed package, from a new kernel's first kernel_info reply on, beside `tsc` that checks the same
 * text in a process of its own and runs nothing.
 */
export async function bigPackageFigures(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "cellar-big-"));
  try {
    symlinkSync(MODULES, join(folder, "node_modules"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "big.ts"), CODE);
    const cells: number[] = [];
    const checks: number[] = [];
    for (let i = 0; i < TIMES; i++) {
      cells.push((await firstCell(folder)) / 1000);
      checks.push((await timed(() => check(folder))) / 1000);
    }
    const shape = { what: `a big package's first cell (${PACKAGE})`, unit: "s", samples: TIMES };
    return [
      { ...shape, subject: "Cellar", value: median(cells), note: "checked and run" },
      { ...shape, subject: "tsc alone", value: median(checks), note: "checked" },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function firstCell(folder: string): Promise<number> {
  const client = await KernelClient.start({ folder, env: { CELLAR_CHECK: "error" } });
  try {
    return await timed(async () => {
      const { reply, result } = await client.execute(CODE);
      if (result !== "'function1'") throw new Error(`Cannot measure the cell: ${JSON.stringify(reply)}`);
    });
  } finally {
    await client.close();
  }
}

function check(folder: string): void {
  execFileSync(process.execPath, [TSC, ...CHECK, "big.ts"], { cwd: folder });
}
