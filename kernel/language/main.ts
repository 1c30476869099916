import { parentPort, workerData } from "node:worker_threads";
import { serve } from "../../src/links/calls.js";
import { threadPort } from "../../src/links/port.js";
import type { LanguageCalls, LanguageSetup } from "../links/language-calls.js";
import { loadCompiler } from "./compiler-code.js";

/** By then the compiler has checked cells, and V8 has compiled what that takes. */
const KEEP_AFTER_MS = 5000;

const compiler = loadCompiler();
const { CellLanguage } = await import("./cell-language.js"); // requires the compiler
const setup = workerData as LanguageSetup;
serve<LanguageCalls>(threadPort(parentPort!), new CellLanguage(setup, process.env.CELLAR_CHECK).answers);
if (!compiler.wasKept) setTimeout(() => compiler.keep(), KEEP_AFTER_MS).unref();
