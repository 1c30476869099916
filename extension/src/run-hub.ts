import type { ISessionContext } from "@jupyterlab/apputils";
import { Signal } from "@lumino/signaling";
import type { FlowRunRecord, FlowRunSummary } from "../../src/contracts/records.js";
import type { RunCommAnswer, RunCommOpen } from "../../src/contracts/run-comm.js";
import { type RunAsk, RunLink, type RunLinkListener } from "./run-link.js";
import type { LinkStatus } from "./views/flow-run-model.js";

/** How much of a run a view follows. */
type Detail = NonNullable<RunCommOpen["detail"]>;

/** One view's part of a link. */
export interface FollowedRun {
  readonly live: boolean;
  /** Asks the kernel; rejects with its words. */
  ask(request: RunAsk): Promise<RunCommAnswer>;
  dispose(): void;
}

interface Shared {
  readonly link: RunLink;
  readonly followers: Set<RunLinkListener>;
  run: FlowRunRecord | undefined;
  status: LinkStatus;
  reason: string | undefined;
}

/** So many runs are remembered after nobody follows them any more. */
const MOST_REMEMBERED = 500;

/**
 * The one place in the page that knows how runs stand: widgets, cards, marks, toolbar, status bar and toasts read the
 * same record of a run, and views of one run share one comm.
 */
export class RunHub {
  /** A run's latest state changed; the argument is its id. */
  readonly changed = new Signal<this, string>(this);
  private readonly shared = new WeakMap<ISessionContext, Map<string, Shared>>();
  private readonly known = new Map<string, FlowRunSummary>();

  /** The run as the store had it last; undefined where nobody followed it since the page was opened. */
  latest(runId: string): FlowRunSummary | undefined {
    return this.known.get(runId);
  }

  /** Follows a run over a notebook's kernel. What is known already is said in a microtask. */
  follow(session: ISessionContext, runId: string, detail: Detail, listener: RunLinkListener): FollowedRun {
    const links = this.shared.get(session) ?? new Map<string, Shared>();
    this.shared.set(session, links);
    const key = `${detail} ${runId}`;
    const shared = links.get(key) ?? this.open(session, runId, detail);
    links.set(key, shared);
    const { followers } = shared;
    followers.add(listener);
    queueMicrotask(() => {
      if (!followers.has(listener)) return;
      if (shared.run) listener.onRun(shared.run);
      listener.onStatus(shared.status, shared.reason);
    });
    return {
      get live() {
        return shared.link.live;
      },
      ask: (request) => shared.link.ask(request),
      dispose: () => {
        followers.delete(listener);
        if (followers.size > 0 || links.get(key) !== shared) return;
        links.delete(key);
        shared.link.dispose();
      },
    };
  }

  private open(session: ISessionContext, runId: string, detail: Detail): Shared {
    const followers = new Set<RunLinkListener>();
    const tell = (call: (listener: RunLinkListener) => void): void => {
      for (const listener of [...followers]) call(listener);
    };
    const state: Omit<Shared, "link"> = { followers, run: undefined, status: "none", reason: undefined };
    const link = new RunLink(
      runId,
      session,
      {
        onRun: (run) => {
          state.run = run;
          this.remember(run);
          tell((listener) => listener.onRun(run));
        },
        onStatus: (status, reason) => {
          state.status = status;
          state.reason = reason;
          tell((listener) => listener.onStatus(status, reason));
        },
        onCrash: (reason) => tell((listener) => listener.onCrash(reason)),
      },
      detail === "all" ? undefined : detail,
    );
    return Object.assign(state, { link });
  }

  private remember({ graph: _graph, tasks: _tasks, ...summary }: FlowRunRecord): void {
    const before = this.known.get(summary.id);
    this.known.delete(summary.id);
    this.known.set(summary.id, summary);
    for (const oldest of this.known.keys()) {
      if (this.known.size <= MOST_REMEMBERED) break;
      this.known.delete(oldest);
    }
    const same =
      before?.state.type === summary.state.type &&
      before.attempt === summary.attempt &&
      before.kept === summary.kept &&
      before.ran === summary.ran;
    if (!same) this.changed.emit(summary.id);
  }
}
