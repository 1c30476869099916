import type { Answers } from "../../src/links/calls.js";
import type { Port } from "../../src/links/port.js";
import type { SessionCalls, SessionSetup } from "../links/session-calls.js";
import type { MimeBundle } from "../protocol/messages.js";
import type { Outlet } from "./outlet.js";

type Link = typeof import("./library-link.js");
type Linked = ReturnType<Link["linkLibrary"]>;

/** The flow library as cells see it. Loaded when it is first wanted: many cells run without it. */
export class Library {
  private linked: Linked | undefined;
  private loading: Promise<Linked> | undefined;

  constructor(
    private readonly setup: SessionSetup,
    private readonly storePort: Port,
    private readonly outlet: Outlet,
  ) {}

  /** What `import "cellar"` gives. */
  readonly load = async (): Promise<Linked["library"]> => (await this.link()).library;

  /** How a value of the library looks; undefined for any other value. */
  readonly show = async (value: object): Promise<MimeBundle | undefined> => this.linked?.show(value);

  /** The part of the session's answers that concerns runs and results. */
  readonly answers: Pick<Answers<SessionCalls>, "retryRun" | "cancelRun" | "readResult"> = {
    retryRun: async (ask) => (await this.link()).answers.retryRun(ask),
    cancelRun: async (ask) => (await this.link()).answers.cancelRun(ask),
    readResult: async (ask) => (await this.link()).answers.readResult(ask),
  };

  private link(): Promise<Linked> {
    this.loading ??= import("./library-link.js").then(({ linkLibrary }) => {
      this.linked = linkLibrary(this.setup, this.storePort, this.outlet);
      return this.linked;
    });
    return this.loading;
  }
}
