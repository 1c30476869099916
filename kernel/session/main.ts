import { getHeapStatistics } from "node:v8";
import { connect, serve } from "../../src/links/calls.js";
import { channel, processPort } from "../../src/links/port.js";
import { NotebookScope } from "../../src/source/notebook-scope.js";
import { type KernelCalls, SESSION_ENV, type SessionCalls, type SessionSetup } from "../links/session-calls.js";
import { insideMessage, parentOfOutput } from "./cell-context.js";
import { installCellGlobals } from "./cell-globals.js";
import { installCellListeners } from "./cell-listeners.js";
import { CellRunner } from "./cell-runner.js";
import { installCellTimers } from "./cell-timers.js";
import { installCellWorkers } from "./cell-workers.js";
import { Comms } from "./comms.js";
import { startControlThread } from "./control-thread.js";
import { installDebugView } from "./debug-view.js";
import { catchLateErrors } from "./late-errors.js";
import { Library } from "./library.js";
import { Modules } from "./modules.js";
import { Outlet } from "./outlet.js";
import { showValue } from "./show-value.js";
import { installStackFrames } from "./stack-frames.js";
import { redirectStandardStreams } from "./standard-streams.js";

/** The session process: runs the cells' code, forked by the kernel process. */

const setup = JSON.parse(process.env[SESSION_ENV.setup] ?? "null") as SessionSetup;
delete process.env[SESSION_ENV.setup]; // not for the programs that cells start
const port = processPort(process);
port.onClose(() => process.exit(0)); // the kernel process is gone

const outlet = new Outlet(channel(port, "output"));
const library = new Library(setup, channel(port, "store"), outlet);
const modules = new Modules(setup.folder, library.load);
const show = (value: unknown) => showValue(value, library.show);
const scope = new NotebookScope();
const runner = new CellRunner(scope, outlet, modules, show);
const comms = new Comms(outlet, insideMessage);

installStackFrames();
installCellTimers();
installCellWorkers();
installCellListeners();
redirectStandardStreams(outlet);
process.on("exit", () => outlet.end());
catchLateErrors(outlet);
installCellGlobals({ outlet, comms, ask: connect<KernelCalls>(channel(port, "kernel")), show });
installDebugView(scope, show, (text) => outlet.post({ kind: "logged", parent: parentOfOutput(), text }));
startControlThread(outlet, () => {
  runner.interrupt();
  library.interrupt();
});
serve<SessionCalls>(channel(port, "session"), {
  run: (ask) => {
    library.forgetCells(ask.cell.deletedCells);
    return runner.run(ask);
  },
  ...comms.answers,
  ...library.answers,
});
outlet.post({ kind: "ready", heapLimit: getHeapStatistics().heap_size_limit });
library.load().catch(() => {}); // most notebooks want it; a failure is told to the cell that imports it
