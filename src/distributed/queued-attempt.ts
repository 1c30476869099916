import { formatBytes } from "../display/human-units.js";
import type { RunToken, TaskRef } from "../flow/executor.js";
import { toErrorRecord } from "../links/error-record.js";
import { SerializeError } from "../result/serialize-error.js";
import type { State } from "../state/states.js";
import { codeName, type Packed, type Parcel, type ParcelSender, packValue, TooLargeError } from "./carried-values.js";
import type { ArtifactMaker, ShippedTask } from "./code-artifact.js";
import type { Depot, Posting } from "./dispatch.js";
import type { OpenAttempt } from "./open-attempts.js";
import { type MaybeCarried, type Note, type Order, PROTOCOL } from "./orders.js";
import { LostOutcomeError, outcomeState } from "./outcome-state.js";
import { seal } from "./sealed.js";

/** What an attempt needs of its executor. */
export interface QueuedAttemptDeps {
  readonly id: string;
  readonly ref: TaskRef;
  readonly inputs: readonly unknown[];
  readonly token: RunToken;
  readonly key: string | null;
  readonly depot: Depot;
  readonly artifacts: ArtifactMaker;
  readonly sender: ParcelSender;
  readonly shelf: string | null;
  readonly largest: number;
  readonly post: (posting: Posting, isAgain: boolean) => Promise<void>;
  readonly withdraw: () => Promise<void>;
}

/** One attempt from its order to its state, where the flow runs. */
export class QueuedAttempt implements OpenAttempt {
  readonly run: string;
  readonly id: string;
  readonly #deps: QueuedAttemptDeps;
  readonly #ended: Promise<State>;
  #resolve!: (state: State) => void;
  #isOver = false;
  /** What was posted, with all that has to be in the depot. */
  #prepared: { readonly posting: Posting; readonly parcels: readonly Parcel[] } | undefined;

  constructor(deps: QueuedAttemptDeps) {
    this.#deps = deps;
    this.id = deps.id;
    this.run = deps.token.context.flowRunId;
    this.#ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Posts its order, and gives the state that it comes to. */
  async begin(): Promise<State> {
    const { token, post } = this.#deps;
    const stopListening = token.onStop((state) => {
      this.end(state);
      this.giveUp();
    });
    try {
      if (!this.#isOver) {
        this.#prepared = await this.#prepare();
        if (!this.#isOver) await post(this.#prepared.posting, false);
      }
      return await this.#ended;
    } finally {
      stopListening();
    }
  }

  /** It is over here, whatever a worker says later. */
  end(state: State): void {
    this.#isOver = true;
    this.#resolve(state);
  }

  /** No worker is to take it, and the one that has it is to stop it. */
  giveUp(): void {
    void this.#deps.withdraw().catch(() => {}); // the queue is away: it ends unheard
  }

  hear(note: Note): void {
    const { context } = this.#deps.token;
    if ("log" in note) context.log(note.log);
    else if ("fraction" in note) context.progress(note.fraction, note.message ?? undefined);
  }

  async take(outcome: string): Promise<boolean> {
    const { ref, key, depot, token } = this.#deps;
    try {
      const from = { run: this.run, attempt: this.id, task: ref.task.name, key, depot, folder: token.streamFolder };
      this.end(await outcomeState(outcome, from));
      return true;
    } catch (thrown) {
      if (thrown instanceof LostOutcomeError) return false;
      throw thrown;
    }
  }

  async postAgain(): Promise<void> {
    const { sender, post } = this.#deps;
    if (!this.#prepared || this.#isOver) return;
    sender.forget();
    await sender.send(this.#prepared.parcels);
    await post(this.#prepared.posting, true);
  }

  async #prepare(): Promise<{ posting: Posting; parcels: Parcel[] }> {
    const { ref, inputs, token, artifacts, key, shelf, largest } = this.#deps;
    const { name, settings } = ref.task;
    const code = await artifacts.make(ref.task);
    const packed = await Promise.all(inputs.map((input, index) => packInput(name, input, index)));
    const constants = await packConstants(code);
    const { parameters, loopResult, scheduledStartTime, ...context } = token.context;
    const late = [
      await packLate(() => parameters, "context().parameters"),
      await packLate(() => loopResult, "context().loopResult"),
    ];
    const { taskName, taskRunCount, mapIndex, flowName, flowRunId, loopCount, resumed } = context;
    const order: Order = {
      protocol: PROTOCOL,
      run: this.run,
      attempt: this.id,
      task: name,
      artifact: code.id,
      constants: constants.carried,
      inputs: packed.map(({ carried }) => carried),
      parameters: late[0]!.carried,
      loopResult: late[1]!.carried,
      context: {
        ...{ taskName, taskRunCount, mapIndex, flowName, flowRunId, loopCount, resumed },
        scheduledStartTime: scheduledStartTime.getTime(),
      },
      serializer: null,
      timeoutMs: settings.timeoutMs,
      shelf,
      largest,
    };
    const parcels = [codeParcel(code), ...[constants, ...packed, ...late].flatMap((each) => each.parcels)];
    await this.#send(parcels);
    const text = seal("order", JSON.stringify(order), key);
    return { posting: { run: this.run, attempt: this.id, text }, parcels };
  }

  async #send(parcels: readonly Parcel[]): Promise<void> {
    const { ref, sender, largest } = this.#deps;
    try {
      await sender.send(parcels);
    } catch (cause) {
      if (!(cause instanceof TooLargeError)) throw cause;
      throw new RangeError(
        `Cannot send the inputs of task "${ref.task.name}" (${formatBytes(cause.bytes)}): more than ${formatBytes(largest)} goes through no queue; give QueueExecutor and the workers a shelf`,
        { cause },
      );
    }
  }
}

const codeParcel = ({ id, text }: ShippedTask): Parcel => ({
  name: codeName(id),
  bytes: 0, // code is small, and goes whatever the limit
  content: () => [Buffer.from(text)],
});

async function packInput(taskName: string, input: unknown, index: number): Promise<Packed> {
  try {
    return await packValue(input);
  } catch (cause) {
    if (!(cause instanceof SerializeError)) throw cause;
    const path = cause.path.replace(/^result/, `inputs[${index}]`);
    throw new TypeError(`Cannot run task "${taskName}" on a worker: ${path} cannot go along: ${cause.kind}`, { cause });
  }
}

/** All of them in one: objects that two constants share stay shared. */
async function packConstants({ constants, refused }: ShippedTask): Promise<Packed> {
  try {
    return await packValue(constants);
  } catch (cause) {
    throw cause instanceof SerializeError ? refused(cause) : cause;
  }
}

/** A value that most tasks never ask for: why it cannot go along is told where it is read. */
async function packLate(
  value: () => unknown,
  what: string,
): Promise<{ carried: MaybeCarried; parcels: readonly Parcel[] }> {
  try {
    return await packValue(value());
  } catch (thrown) {
    return { carried: { problem: `Cannot read ${what} on a worker: ${toErrorRecord(thrown).message}` }, parcels: [] };
  }
}
