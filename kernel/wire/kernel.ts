import { EXPORT_COMM_TARGET } from "../../src/contracts/export-comm.js";
import { HISTORY_COMM_TARGET } from "../../src/contracts/history-comm.js";
import type { FlowRunRecord } from "../../src/contracts/records.js";
import { RUN_COMM_TARGET } from "../../src/contracts/run-comm.js";
import { displayIdOf, flowRunBundle } from "../../src/display/flow-run-bundle.js";
import type { Answers } from "../../src/links/calls.js";
import type { Port } from "../../src/links/port.js";
import { defaultStorePath } from "../../src/store/store-path.js";
import type { StoreListener } from "../../src/store/watch-store.js";
import type { KernelCalls } from "../links/session-calls.js";
import type { Connection, Ports } from "../protocol/connection-file.js";
import { debugEvent } from "../protocol/debug-messages.js";
import { ReplayMemory } from "../protocol/replay-memory.js";
import { decode } from "../protocol/wire-format.js";
import { CellQueue } from "./cell-queue.js";
import { Cells } from "./cells.js";
import { Comms } from "./comms.js";
import { type Desk, dispatch, type HandlerTable } from "./dispatch.js";
import { exportCommTarget } from "./export-comm.js";
import { completeHandler, inspectHandler, isCompleteHandler } from "./handlers/code.js";
import { DebugRequests } from "./handlers/debug.js";
import { type ExecuteParts, executeHandler } from "./handlers/execute.js";
import { History } from "./handlers/history.js";
import { kernelInfoHandler } from "./handlers/kernel-info.js";
import { historyCommTarget } from "./history-comm.js";
import { Input } from "./input.js";
import { historyPath, KeptHistory } from "./kept-history.js";
import { KernelStore } from "./kernel-store.js";
import type { LanguageThread } from "./language-thread.js";
import { LiveProgress } from "./live-progress.js";
import { Outlet, type Request } from "./outlet.js";
import { cellPlace, sessionSetup } from "./place.js";
import { isRegistration, publishConnection, type Registration, register } from "./registration.js";
import { unmetReply } from "./reply-fields.js";
import { ResultPreviews } from "./result-previews.js";
import { runCommTarget } from "./run-comm.js";
import { RunsUnderWay } from "./runs-under-way.js";
import { Session } from "./session.js";
import { showOutput, type ToldOutput } from "./session-output.js";
import { type SessionListener, SessionProcess } from "./session-process.js";
import { Shells } from "./shells.js";
import { Sockets } from "./sockets.js";

/** Requests that wait their turn behind the cells; the others are read ahead. */
const QUEUED = new Set(["execute_request", "comm_open", "comm_msg", "comm_close", "shutdown_request"]);

/** The kernel process: sockets in front; compiler, session and store behind. */
export class Kernel {
  private readonly outlet: Outlet;
  private readonly desk: Desk;
  private readonly cells = new Cells();
  private readonly kept = new KeptHistory(historyPath(process.env));
  private readonly history = new History(this.kept);
  private readonly store: KernelStore;
  private readonly session: Session;
  private readonly previews: ResultPreviews;
  private readonly runsUnderWay: RunsUnderWay;
  private readonly progress = new LiveProgress();
  private readonly comms: Comms;
  private readonly input: Input;
  private readonly shells: Shells;
  private readonly debug: DebugRequests;
  private readonly handlers: HandlerTable;
  private readonly seen = new ReplayMemory();
  private lastComplaint = 0;
  private stopping: Promise<void> | undefined;

  private constructor(
    private readonly sockets: Sockets,
    private readonly key: string,
    private readonly language: LanguageThread,
    private readonly onStopped: () => void,
  ) {
    const folder = process.cwd();
    this.outlet = new Outlet((channel, write) => sockets.send(channel, write), key);
    this.desk = { outlet: this.outlet, inProgress: new Set(), cells: this.cells };
    this.store = new KernelStore(defaultStorePath(folder));
    this.input = new Input(this.outlet, this.cells);
    this.session = this.newSession(folder);
    this.previews = new ResultPreviews((port) => this.store.serve(port), this.session.ask);
    this.debug = new DebugRequests(this.session, this.outlet);
    const storeViews = {
      openStore: () => this.store.openChecked(),
      listen: (listener: StoreListener) => this.store.listen(listener),
      onDoubt: (listener: (reason: string) => void) => this.store.onDoubt(listener),
    };
    this.runsUnderWay = new RunsUnderWay({ ...storeViews, show: (run) => this.showEnd(run) });
    this.comms = new Comms(this.outlet, this.session, {
      [RUN_COMM_TARGET]: runCommTarget({
        ...storeViews,
        session: this.session.ask,
        previews: this.previews,
        progress: this.progress,
      }),
      [HISTORY_COMM_TARGET]: historyCommTarget(storeViews),
      [EXPORT_COMM_TARGET]: exportCommTarget,
    });
    const abort = (request: Request) =>
      this.handle(request, {
        ...this.handlers,
        execute_request: () => unmetReply("execute_request", "aborted", this.cells.count),
      });
    this.shells = new Shells(() => new CellQueue((request) => this.handle(request), abort));
    this.handlers = this.newHandlers(folder, (cellId) => cellPlace(cellId, folder, process.env));
  }

  /**
   * Binds the sockets, answers, then starts the session.
   * @param language started before all else, since a first cell waits longest for it.
   * @throws {Error} when a port is taken, or the launcher does not take the ports that were chosen.
   */
  static async start(connection: Connection, language: LanguageThread, onStopped: () => void): Promise<Kernel> {
    const sockets = await Sockets.bind(connection);
    const unpublish = isRegistration(connection) ? await introduce(connection, sockets.ports) : () => {};
    const kernel = new Kernel(sockets, connection.key, language, () => {
      unpublish();
      onStopped();
    });
    kernel.listen();
    kernel.session.renew();
    return kernel;
  }

  /** Stops what runs now and keeps the session. */
  interrupt(): void {
    this.cells.interrupt();
    this.session.interrupt();
  }

  /** Ends session, compiler and store, then closes the sockets. */
  stop(): Promise<void> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  private async end(): Promise<void> {
    this.comms.stop();
    await this.session.stop();
    await Promise.all([this.language.stop(), this.previews.stop()]);
    await Promise.all([this.store.close(), this.kept.close()]);
    this.outlet.flushAll();
    await this.sockets.close();
    this.onStopped();
  }

  private listen(): void {
    this.sockets.onSubscribe((topic) => this.outlet.welcome(topic));
    this.sockets.listen("control", (frames) => {
      const request = this.read("control", frames);
      if (request) void this.handle(request);
    });
    this.sockets.listen("stdin", (frames) => {
      const request = this.read("stdin", frames);
      if (request) this.input.receive(request);
    });
    this.sockets.listen("shell", (frames) => {
      const request = this.read("shell", frames);
      if (request) this.route(request);
    });
  }

  /** A message that is not signed by the key's holder, or no message at all, is dropped without an answer. */
  private read(channel: Request["channel"], frames: Buffer[]): Request | undefined {
    try {
      return { ...decode(frames, this.key, this.seen), channel };
    } catch (error) {
      this.complain(`Dropped a message on ${channel}: ${(error as Error).message}`);
      return undefined;
    }
  }

  /** At most one line a second: a flood of bad messages must not become a flood of lines. */
  private complain(line: string): void {
    if (Date.now() - this.lastComplaint < 1000) return;
    this.lastComplaint = Date.now();
    process.stderr.write(`${line}\n`);
  }

  private route(request: Request): void {
    try {
      this.shells.of(request.header);
      if (QUEUED.has(request.header.msg_type) && !this.comms.isOwn(request)) this.shells.push(request);
      else void this.handle(request);
    } catch (error) {
      const refuse = () => {
        throw error;
      };
      void this.handle(request, { ...this.handlers, [request.header.msg_type]: refuse });
    }
  }

  private async handle(request: Request, handlers = this.handlers): Promise<void> {
    await dispatch(request, handlers, this.desk);
    this.shells.handled(request);
    if (request.header.msg_type === "shutdown_request") void this.stop();
  }

  private newHandlers(folder: string, placeOf: ExecuteParts["placeOf"]): HandlerTable {
    const { comms, session, outlet, cells, history, shells } = this;
    const { ask: language, settle } = this.language;
    return {
      kernel_info_request: kernelInfoHandler,
      execute_request: executeHandler({
        language,
        settle,
        session,
        folder,
        outlet,
        cells,
        history,
        shells,
        breakpoints: () => this.debug.settled(),
        placeOf,
      }),
      complete_request: completeHandler(language),
      inspect_request: inspectHandler(language),
      is_complete_request: isCompleteHandler(language),
      history_request: history.handle,
      comm_info_request: (content) => comms.info(content),
      comm_open: (content, request) => comms.opened(content, request),
      comm_msg: (content, request) => comms.message(content, request),
      comm_close: (content, request) => comms.closed(content, request),
      interrupt_request: () => {
        this.interrupt();
        return { status: "ok" };
      },
      debug_request: this.debug.handle,
      shutdown_request: ({ restart }) => ({ status: "ok", restart: restart === true }),
      ...shells.handlers,
    };
  }

  private newSession(folder: string): Session {
    const setup = sessionSetup(folder, process.env);
    const answers: Answers<KernelCalls> = {
      input: async ({ prompt, password, parent }) => ({
        value: await this.input.ask({ prompt, password, cell: parent.msg_id }),
      }),
    };
    const serveStore = (port: Port) => this.store.serve(port);
    const listener: SessionListener = {
      output: (output) => this.show(output),
      print: (name, text) => this.outlet.print(name, text, this.cells.forOutput),
      debugging: {
        event: (event) => this.debug.tell(event),
        strip: async (code) => (await this.language.ask("strip", { code })).js,
        declare: (name, type) => void this.declare(name, type).catch(() => {}), // then later cells do not know it
      },
      ended: (reason) => {
        this.store.doubt(`The session ${reason}`);
        this.progress.clear();
        void this.runsUnderWay.sessionEnded();
        this.debug.sessionEnded();
        this.comms.sessionEnded();
        void this.language.ask("reset", {}).catch(() => {}); // a crashed thread forgot all names anyway
      },
    };
    const begin = (heard: SessionListener) => new SessionProcess(setup, heard, answers, serveStore);
    return new Session(begin, listener, (life) => this.debug.restore(life));
  }

  private showEnd(run: FlowRunRecord): void {
    const transient = { display_id: displayIdOf(run.id) };
    this.outlet.publish("update_display_data", { data: flowRunBundle(run), metadata: {}, transient }, null);
  }

  /** Has later cells know a name that the debugger gave a value. */
  private async declare(name: string, type: string): Promise<void> {
    const { count } = this.cells;
    const code = `let ${name} = undefined! as ${type};`;
    const compiled = this.language.ask("compile", { cell: name, code, count, level: "off" });
    this.language.settle({ cell: name, count, ok: true }); // in order: before whatever cell is compiled next
    await compiled;
  }

  private show(output: ToldOutput): void {
    if (output.kind === "logged") this.debug.tell(debugEvent("output", { category: "console", output: output.text }));
    if (output.kind === "progress") {
      this.progress.tell(output.runId, output.tasks);
      return;
    }
    showOutput(output, output.parent ?? this.cells.forOutput, this.outlet, this.comms);
    if (output.kind !== "display" || output.type !== "execute_result") return;
    const text = output.data["text/plain"];
    if (typeof text === "string" && output.count !== null) this.history.setOutput(output.count, text);
  }
}

/** Tells the launcher, and other clients, the ports of the kernel. Gives the way to take that back. */
async function introduce(connection: Registration, ports: Ports): Promise<() => void> {
  const unpublish = publishConnection({ ...connection, ports, registrationPort: null }, process.env);
  try {
    await register(connection, ports);
  } catch (error) {
    unpublish();
    throw error;
  }
  return unpublish;
}
