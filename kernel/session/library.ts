import type { Answers } from "../../src/links/calls.js";
import type { Port } from "../../src/links/port.js";
import type { Namespace } from "../../src/modules/whole-namespace.js";
import type { SessionCalls, SessionSetup } from "../links/session-calls.js";
import type { LibraryLink } from "./library-link.js";
import { LIBRARY_URL } from "./modules.js";
import type { Outlet } from "./outlet.js";
import type { ShowOwn } from "./show-value.js";

interface Loaded {
  readonly namespace: Namespace;
  readonly link: LibraryLink;
}

/** The flow library as cells see it. Loaded when it is first wanted: many cells run without it. */
export class Library {
  private loaded: Loaded | undefined;
  private loading: Promise<Loaded> | undefined;

  constructor(
    private readonly setup: SessionSetup,
    private readonly storePort: Port,
    private readonly outlet: Outlet,
  ) {}

  /** What `import "cellar"` gives. */
  readonly load = async (): Promise<Namespace> => (await this.whole()).namespace;

  /** How a value of the library looks; undefined for any other value. */
  readonly show: ShowOwn = (value) => this.loaded?.link.bundleOf(value);

  /** Takes the calls of cells that the person deleted out of the notebook's flow; none where it was never loaded. */
  forgetCells(cells: readonly string[]): void {
    if (cells.length > 0) this.loaded?.link.forgetCells(cells);
  }

  /** Interrupts what runs without a cell. */
  interrupt(): void {
    this.loaded?.link.interruptRetries();
  }

  /** The part of the session's answers that concerns runs and results. */
  readonly answers: Pick<Answers<SessionCalls>, "retryRun" | "cancelRun" | "readResult"> = {
    retryRun: async (ask) => (await this.whole()).link.answers.retryRun(ask),
    cancelRun: async (ask) => (await this.whole()).link.answers.cancelRun(ask),
    readResult: async (ask) => (await this.whole()).link.answers.readResult(ask),
  };

  private whole(): Promise<Loaded> {
    this.loading ??= this.begin();
    return this.loading;
  }

  private async begin(): Promise<Loaded> {
    const [namespace, { LibraryLink }] = await Promise.all([
      import(LIBRARY_URL) as Promise<Namespace>,
      import("./library-link.js"),
    ]);
    this.loaded = { namespace, link: new LibraryLink(this.setup, this.storePort, this.outlet) };
    return this.loaded;
  }
}
