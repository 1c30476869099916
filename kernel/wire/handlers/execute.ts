import type { Caller } from "../../../src/links/calls.js";
import { readNpmLines } from "../../../src/modules/npm-lines.js";
import type { LanguageCalls } from "../../links/language-calls.js";
import type { CellRun, RunAnswer } from "../../links/session-calls.js";
import { flagField, objectField, optionalText, textField } from "../../protocol/fields.js";
import type { ErrorContent, JsonObject } from "../../protocol/messages.js";
import { type Cells, KeyboardInterrupt, type RunningCell } from "../cells.js";
import { errorContent, type Handler } from "../dispatch.js";
import type { Outlet } from "../outlet.js";
import { runNpm } from "../run-npm.js";
import type { Session } from "../session.js";
import type { Shells } from "../shells.js";
import type { History } from "./history.js";
import { answerQuestion, readQuestion } from "./question.js";

export interface ExecuteParts {
  readonly language: Caller<LanguageCalls>;
  /** Tells the compiler that a cell has ended. */
  readonly settle: (ask: LanguageCalls["settle"]["ask"]) => void;
  readonly session: Session;
  /** The notebook's. */
  readonly folder: string;
  readonly outlet: Outlet;
  readonly cells: Cells;
  readonly history: History;
  readonly shells: Shells;
  /** Resolves when breakpoints that were asked for before have their effect. */
  readonly breakpoints: () => Promise<void>;
  /** Where the cell of a request is, by its `metadata.cellId`. */
  readonly placeOf: (cellId: string | undefined) => Pick<CellRun, "cellId" | "notebook">;
}

const INSIST_MS = 100;
const NO_MAP = '{"version":3,"sources":[],"names":[],"mappings":""}';

/** Compiles a cell in the language thread, then runs it in the session. */
export function executeHandler(parts: ExecuteParts): Handler {
  const { outlet, cells, history, shells } = parts;
  return async (content, request) => {
    const code = textField(content, "code");
    const silent = flagField(content, "silent", false);
    const counted = !silent && flagField(content, "store_history", true);
    if (counted) cells.count += 1;
    const count = cells.count;
    if (!silent) outlet.publish("execute_input", { code, execution_count: count }, request.header);
    if (counted) history.add(count, code);
    const run: CellRun = {
      header: request.header,
      ...parts.placeOf(optionalText(request.metadata, "cellId")),
      deletedCells: readTexts(request.metadata.deletedCells),
      count,
      silent,
      allowStdin: flagField(content, "allow_stdin", false),
    };
    const running = cells.begin(request);
    const answer = await runCell(parts, run, code, objectField(content, "user_expressions"), running);
    cells.end(running);
    if (counted) history.keep(count);
    if (answer.status === "ok")
      return {
        status: "ok",
        execution_count: count,
        user_expressions: answer.userExpressions,
        payload: [...answer.payload],
      };
    const error = { ...answer.error, traceback: [...answer.error.traceback] };
    if (!silent) outlet.publish("error", error, request.header); // the front end draws this, not the reply
    if (flagField(content, "stop_on_error", true)) await shells.abortQueued(request.header);
    return { status: "error", execution_count: count, ...error, user_expressions: {}, payload: [] };
  };
}

const readTexts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];

/** Never rejects: whatever goes wrong is the cell's error. */
async function runCell(
  parts: ExecuteParts,
  cell: CellRun,
  code: string,
  expressions: JsonObject,
  { interrupted }: RunningCell,
): Promise<RunAnswer> {
  const { language, settle, session, outlet, shells } = parts;
  const id = cell.header.msg_id;
  try {
    tellNews(parts, cell);
    const question = readQuestion(code);
    if (question) {
      const page = await Promise.race([answerQuestion(question, language), interrupted]);
      if (!page) outlet.print("stdout", `Nothing is known of "${question.name}"\n`, cell.header);
      return { status: "ok", userExpressions: {}, payload: page ? [page] : [] };
    }
    const npm = readNpmLines(code);
    const print = (name: "stdout" | "stderr", text: string) => outlet.print(name, text, cell.header);
    for (const args of npm.commands) await runNpm(args, { folder: parts.folder, print, interrupted });
    const compiling = language("compile", { cell: id, code: npm.code, count: cell.count });
    const compiled = await Promise.race([compiling, interrupted]);
    for (const warning of compiled.warnings) outlet.print("stderr", `${warning}\n`, cell.header);
    if (!compiled.ok) return { status: "error", error: compiled.error };
    // Until the session has the cell, an interrupt has nothing there to stop.
    await Promise.race([Promise.all([session.ready(), parts.breakpoints()]), interrupted]);
    const { js, filename, map } = compiled;
    let wasInterrupted = false;
    interrupted.catch(() => {
      wasInterrupted = true;
    });
    const answering = session.ask("run", { cell, js, filename, map, userExpressions: {} });
    const answer = await insisting(answering, interrupted, () => session.insist());
    await session.drained();
    const settled = answer.status === "ok" ? { ok: true } : { ok: false, bound: answer.bound ?? [] };
    settle({ cell: id, count: cell.count, ...settled });
    if (answer.status === "error") return wasInterrupted ? asInterrupt(answer.error) : answer;
    // It was held in a call of Node's own, and nothing was left to stop when that returned.
    if (wasInterrupted) return { status: "error", error: errorContent(new KeyboardInterrupt()) };
    if (Object.keys(expressions).length === 0) return answer;
    return { ...answer, userExpressions: await evaluate(parts, cell, expressions) };
  } catch (error) {
    if (!session.alive) await shells.abortQueued(cell.header);
    return { status: "error", error: errorContent(error) };
  }
}

/** What a cell throws because it is interrupted, such as the end of a program it waited for, is no more than the cause. */
function asInterrupt(error: ErrorContent): RunAnswer {
  const { ename, evalue, traceback } = errorContent(new KeyboardInterrupt());
  if (error.ename === ename) return { status: "error", error };
  return { status: "error", error: { ename, evalue, traceback: [...traceback, "Caused by:", ...error.traceback] } };
}

/** Begins the session anew where it has ended, and says so in the cell that finds it gone. */
function tellNews({ session, outlet }: ExecuteParts, { header }: CellRun): void {
  const ended = session.renew();
  if (ended !== null)
    outlet.print("stderr", `The session ${ended}. A new one has begun: variables of earlier cells are gone.\n`, header);
}

/** Evaluates what a client wants to know after the cell, the cell's own names included. */
async function evaluate(
  { language, settle, session }: ExecuteParts,
  cell: CellRun,
  expressions: JsonObject,
): Promise<JsonObject> {
  const id = cell.header.msg_id;
  const userExpressions: { [name: string]: string } = {};
  const refused: { [name: string]: JsonObject } = {};
  for (const [name, code] of Object.entries(expressions)) {
    const compiled = await language("compile", { cell: id, code: String(code), count: cell.count, level: "off" });
    if (compiled.ok) userExpressions[name] = compiled.js;
    else refused[name] = { status: "error", ...compiled.error, traceback: [...compiled.error.traceback] };
  }
  settle({ cell: id, count: cell.count, ok: false }); // expressions leave no names
  const nothing = { js: "async () => undefined", filename: `${cell.count}#expressions`, map: NO_MAP };
  const answer = await session.ask("run", { cell: { ...cell, silent: true }, ...nothing, userExpressions });
  return { ...refused, ...(answer.status === "ok" ? answer.userExpressions : {}) };
}

/** An interrupt that meets the session before it has begun the cell is lost there: it is said again until the cell ends. */
async function insisting<T>(answering: Promise<T>, interrupted: Promise<never>, interrupt: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let answered = false;
  interrupted.catch(() => {
    if (!answered) timer = setInterval(interrupt, INSIST_MS);
  });
  try {
    return await answering;
  } finally {
    answered = true;
    clearInterval(timer);
  }
}
