import { parentPort, workerData } from "node:worker_threads";
import { serve } from "../../src/links/calls.js";
import { threadPort } from "../../src/links/port.js";
import type { LanguageCalls, LanguageSetup } from "../links/language-calls.js";
import { CellLanguage } from "./cell-language.js";

const { folder } = workerData as LanguageSetup;
serve<LanguageCalls>(threadPort(parentPort!), new CellLanguage(folder).answers);
