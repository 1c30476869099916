/** Damages stored values, states and notebooks at random, and reads them: an error in words, or inert. */
import { existsSync } from "node:fs";
import { exportNotebook } from "../../src/export/export-notebook.js";
import { ValueSerializer } from "../../src/result/value-serializer.js";
import { dumpState } from "../../src/state/dump-state.js";
import { loadState } from "../../src/state/load-state.js";
import { randomFrom, randomValue } from "../result/random-value.js";
import { SAMPLES } from "../state/sample-states.js";
import { Dice } from "./dice.js";
import { BREACH, HOSTILE_NOTEBOOKS } from "./hostile-notebooks.js";

export interface HostileReport {
  /** Read after all, or refused in words. */
  read: number;
  refused: number;
  /** What must not happen, each with the seed that repeats it: `hostileHarness(seed, 1)`. */
  readonly faults: string[];
}

/** One reading takes a few milliseconds; what takes so long is stuck in what it was given. */
const PATIENCE_MS = 10_000;
/** JavaScript's own words: whoever sees them was told nothing. */
const BARE =
  /^(?!.*nested too deep).*(Cannot read properties|is not a function|is not iterable|Maximum call stack|is not defined|Invalid array length)/;

/** Put in place of any part of a JSON text. */
const TOKENS: readonly string[] = [
  "null",
  "-1",
  "1e308",
  "4294967295",
  '"__proto__"',
  '"constructor"',
  "[]",
  "{}",
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  `${"[".repeat(10_000)}${"]".repeat(10_000)}`,
  `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`,
  `"${"x".repeat(100_000)}"`,
  '"\\ud800"',
  JSON.stringify(`*/ require("node:fs").writeFileSync("${BREACH}", ""); /*`),
];

/** @param count damaged texts. The seed of one is `seed` plus its place. */
export async function hostileHarness(seed: number, count: number): Promise<HostileReport> {
  const report: HostileReport = { read: 0, refused: 0, faults: [] };
  for (let each = 0; each < count; each += 1) {
    const dice = new Dice(seed + each);
    const { what, text, read } = await drawText(dice);
    const damaged = damage(text, dice);
    const start = performance.now();
    let fault: string | undefined;
    try {
      await read(damaged);
      report.read += 1;
    } catch (error) {
      const { message } = error as Error;
      if (error instanceof Error && /^Cannot |^State/.test(message) && !BARE.test(message)) report.refused += 1;
      else fault = (error as Error).stack;
    }
    if (performance.now() - start > PATIENCE_MS) fault = `it took ${Math.round(performance.now() - start)} ms`;
    if (({} as { polluted?: unknown }).polluted !== undefined) fault = "a prototype was changed";
    if (existsSync(BREACH)) fault = "its words ran as code";
    if (fault !== undefined) report.faults.push(`seed ${seed + each}: ${what}: ${fault}`);
  }
  return report;
}

interface Drawn {
  readonly what: string;
  readonly text: string;
  read(json: string): unknown;
}

const values = new ValueSerializer();

async function drawText(dice: Dice): Promise<Drawn> {
  switch (dice.below(3)) {
    case 0: {
      const value = randomValue(randomFrom(dice.below(2 ** 31)), 5);
      const text = JSON.stringify(await values.serialize(value));
      return { what: "a value", text, read: async (json) => values.deserialize(parsed(json) as never) };
    }
    case 1: {
      const text = JSON.stringify(await dumpState(dice.pick(SAMPLES)));
      return { what: "a state", text, read: async (json) => await loadState(parsed(json)).load() };
    }
    default: {
      const format = dice.chance(0.5) ? "clean" : "percent";
      const { json, what } = dice.pick(HOSTILE_NOTEBOOKS);
      return { what: `a notebook with ${what}`, text: json, read: (text) => exportNotebook(parsed(text), { format }) };
    }
  }
}

/** Text that is no JSON is refused by whoever reads a file. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new SyntaxError("Cannot parse it: it is no JSON", { cause });
  }
}

/** A few changes, most of which leave it JSON. */
function damage(text: string, dice: Dice): string {
  let damaged = text;
  for (let each = 1 + dice.below(3); each > 0; each -= 1)
    damaged = dice.chance(0.8) ? replaced(damaged, dice) : torn(damaged, dice);
  return damaged;
}

/** A number, word, text or empty part of it becomes something else. */
function replaced(text: string, dice: Dice): string {
  const parts = [...text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|\[\]|\{\}/g)];
  if (parts.length === 0) return torn(text, dice);
  const { index, 0: part } = dice.pick(parts);
  return text.slice(0, index) + dice.pick(TOKENS) + text.slice(index + part.length);
}

function torn(text: string, dice: Dice): string {
  const [start, length] = [dice.below(text.length + 1), dice.below(30)];
  switch (dice.below(3)) {
    case 0:
      return text.slice(0, start) + text.slice(start + length);
    case 1:
      return text.slice(0, start) + text.slice(start, start + length) + text.slice(start);
    default:
      return text.slice(0, start) + String.fromCharCode(32 + dice.below(95)) + text.slice(start + 1);
  }
}
