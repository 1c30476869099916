/**
 * `npm run bench [-- part …]`: measures, prints a table with the bars of the figures beside it, and writes
 * bench/results.json. Parts: store, engine, kernel; all by default. Numbers of one run belong together:
 * the machine's load and its disk differ from run to run.
 */
import { writeFile } from "node:fs/promises";
import { cpus, loadavg, release, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { engineFigures } from "./engine.js";
import { type Figure, reached, table } from "./figure.js";
import { kernelFigures } from "./kernel.js";
import { benchStore } from "./store.js";

const RESULTS = fileURLToPath(new URL("../../bench/results.json", import.meta.url));
const PARTS: { readonly [part: string]: () => Promise<Figure[]> } = {
  store: () => benchStore(),
  engine: () => engineFigures(),
  kernel: () => kernelFigures(),
};

async function main(asked: readonly string[]): Promise<void> {
  const unknown = asked.find((part) => !Object.hasOwn(PARTS, part));
  if (unknown !== undefined)
    throw new RangeError(`Cannot measure ${JSON.stringify(unknown)}: the parts are ${Object.keys(PARTS).join(", ")}`);
  const machine = {
    node: process.version,
    system: `${process.platform} ${release()}`,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    loadBefore: loadavg()[0]!,
  };
  const figures: Figure[] = [];
  for (const part of asked.length > 0 ? asked : Object.keys(PARTS)) {
    process.stderr.write(`measuring ${part} …\n`);
    figures.push(...(await PARTS[part]!()));
  }
  process.stdout.write(`${table(figures)}\n`);
  const missed = figures.filter((figure) => reached(figure) === false).length;
  process.stdout.write(
    `${missed === 0 ? "every bar reached" : `${missed} bars missed`}; load before ${machine.loadBefore.toFixed(2)}\n`,
  );
  await writeFile(RESULTS, `${JSON.stringify({ date: new Date().toISOString(), machine, figures }, null, 2)}\n`);
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);
