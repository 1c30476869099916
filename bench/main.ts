/**
 * `npm run bench [-- part … --docs]`: measures, prints a table with the bars of the figures beside it, and writes
 * bench/results.json. Parts: store, engine, kernel, by default; `peers` installs what others made (into bench/.peers,
 * from the registries) and measures it beside Cellar in one run, which is the table of docs/comparison.md: `--docs`
 * writes it there. Numbers of one run belong together: the machine's load and its disk differ from run to run.
 */
import { readFile, writeFile } from "node:fs/promises";
import { cpus, loadavg, release, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { bigPackageFigures } from "./big-package.js";
import { conformanceFigures } from "./conformance.js";
import { engineFigures } from "./engine.js";
import { comparison, type Figure, reached, table } from "./figure.js";
import { flowFigures } from "./flow-peers.js";
import { kernelFigures } from "./kernel.js";
import { benchLargeResults } from "./large-result.js";
import { installPeers } from "./peer-install.js";
import { pureFigures } from "./pure.js";
import { benchStore } from "./store.js";

const RESULTS = fileURLToPath(new URL("../../bench/results.json", import.meta.url));
const PARTS: { readonly [part: string]: () => Promise<Figure[]> } = {
  store: async () => [...(await benchStore()), ...(await benchLargeResults())],
  engine: async () => [...(await pureFigures()), ...(await engineFigures())],
  kernel: async () => [...(await kernelFigures(say)), ...(await bigPackageFigures())],
  peers: async () => {
    installPeers(say);
    const kernels = [...(await kernelFigures(say)), ...(await bigPackageFigures())];
    return [...kernels, ...conformanceFigures(say), ...(await flowFigures(say))];
  },
};
const BY_DEFAULT = ["store", "engine", "kernel"];
const COMPARISON = fileURLToPath(new URL("../../docs/comparison.md", import.meta.url));
const [BEGIN, END] = ["<!-- figures -->", "<!-- end of figures -->"];

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

interface Machine {
  readonly node: string;
  readonly system: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly loadBefore: number;
}

async function main(words: readonly string[]): Promise<void> {
  const asked = words.filter((word) => word !== "--docs");
  const unknown = asked.find((part) => !Object.hasOwn(PARTS, part));
  if (unknown !== undefined)
    throw new RangeError(`Cannot measure ${JSON.stringify(unknown)}: the parts are ${Object.keys(PARTS).join(", ")}`);
  const machine: Machine = {
    node: process.version,
    system: `${process.platform} ${release()}`,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    loadBefore: loadavg()[0]!,
  };
  const figures: Figure[] = [];
  for (const part of asked.length > 0 ? asked : BY_DEFAULT) {
    say(`measuring ${part} …`);
    figures.push(...(await PARTS[part]!()));
  }
  process.stdout.write(`${table(figures)}\n`);
  const compared = comparison(figures);
  if (figures.some(({ subject }) => subject !== undefined)) process.stdout.write(`\n${compared}\n\n`);
  const missed = figures.filter((figure) => reached(figure) === false).length;
  process.stdout.write(
    `${missed === 0 ? "every bar reached" : `${missed} bars missed`}; load before ${machine.loadBefore.toFixed(2)}\n`,
  );
  if (words.includes("--docs")) await writeComparison(compared, machine);
  await writeFile(RESULTS, `${JSON.stringify({ date: new Date().toISOString(), machine, figures }, null, 2)}\n`);
}

async function writeComparison(compared: string, { cores, system, node, loadBefore }: Machine): Promise<void> {
  const text = await readFile(COMPARISON, "utf8");
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`Cannot write the figures: ${COMPARISON} lacks ${BEGIN} or ${END}`);
  const day = new Date().toISOString().slice(0, 10);
  const taken = `One run on ${day}: ${cores} cores, ${system}, Node ${node}, load before ${loadBefore.toFixed(2)}.`;
  await writeFile(COMPARISON, `${text.slice(0, from + BEGIN.length)}\n${taken}\n\n${compared}\n${text.slice(to)}`);
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);
