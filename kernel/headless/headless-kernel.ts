import { dirname } from "node:path";
import { defaultStorePath } from "../../src/store/store-path.js";
import type { ErrorContent, Header } from "../protocol/messages.js";
import { errorContent } from "../wire/dispatch.js";
import { KernelStore } from "../wire/kernel-store.js";
import { LanguageThread } from "../wire/language-thread.js";
import { sessionSetup } from "../wire/place.js";
import { Session } from "../wire/session.js";
import type { ShownOutput } from "../wire/session-output.js";
import { SessionProcess } from "../wire/session-process.js";

/** Who sees what the cells put out; `cell` is the id that it was run with. */
export interface OutputListener {
  print(cell: string, name: "stdout" | "stderr", text: string): void;
  output(cell: string, output: ShownOutput): void;
}

/** The kernel without sockets: compiler, session and store of a notebook, for a program that runs its cells. */
export class HeadlessKernel {
  private readonly language: LanguageThread;
  private readonly store: KernelStore;
  private readonly session: Session;
  private running = "";

  /** @param notebook path of the file; its place is where its runs are kept. */
  constructor(
    notebook: string,
    private readonly listener: OutputListener,
  ) {
    const folder = dirname(notebook);
    const setup = sessionSetup(folder, { ...process.env, JPY_SESSION_NAME: notebook });
    this.language = new LanguageThread({ folder, notebook });
    this.store = new KernelStore(defaultStorePath(folder));
    const refuseInput = (): never => {
      throw new Error("Cannot ask for input: the notebook runs without a person");
    };
    this.session = new Session(
      (life) => new SessionProcess(setup, life, { input: refuseInput }, (port) => this.store.serve(port)),
      {
        output: (output) => listener.output(output.parent?.msg_id ?? this.running, output as ShownOutput),
        print: (name, text) => listener.print(this.running, name, text),
        ended: () => {}, // the cell that ran says so
      },
    );
    this.session.renew();
  }

  /** Runs one cell. Gives its error, undefined when it ran through. */
  async run(cell: string, code: string, count: number): Promise<ErrorContent | undefined> {
    this.running = cell;
    try {
      const compiled = await this.language.ask("compile", { code, count });
      for (const warning of compiled.warnings) this.listener.print(cell, "stderr", `${warning}\n`);
      if (!compiled.ok) return compiled.error;
      const { js, filename, map } = compiled;
      const run = { header: headerOf(cell), cellId: cell, deletedCells: [], count, silent: false, allowStdin: false };
      const answer = await this.session.ask("run", { cell: run, js, filename, map, userExpressions: {} });
      await this.session.drained();
      await this.language.ask("settle", { count, ok: answer.status === "ok" });
      return answer.status === "error" ? answer.error : undefined;
    } catch (error) {
      return errorContent(error);
    }
  }

  interrupt(): void {
    this.session.interrupt();
  }

  async stop(): Promise<void> {
    await this.session.stop();
    await Promise.all([this.language.stop(), this.store.close()]);
  }
}

const headerOf = (cell: string): Header => ({
  msg_id: cell,
  session: "headless",
  username: "cellar",
  date: new Date().toISOString(),
  msg_type: "execute_request",
  version: "5.5",
});
