import type { ErrorRecord } from "../contracts/records.js";
import { type ErrorClasses, reviveError, toErrorRecord } from "./error-record.js";
import type { Port } from "./port.js";

/** A table of the calls that cross a boundary: name → what is asked, what is answered. */
export type Calls = Record<string, { ask: unknown; answer: unknown }>;

export type Caller<C extends Calls> = <N extends keyof C & string>(
  name: N,
  ask: C[N]["ask"],
) => Promise<C[N]["answer"]>;

export type Answers<C extends Calls> = {
  readonly [N in keyof C & string]: (ask: C[N]["ask"]) => C[N]["answer"] | Promise<C[N]["answer"]>;
};

/** The other end went before it answered: whether it did what it was asked is not known. */
export class GoneError extends Error {}

interface Question {
  /** Undefined where nobody waits for an answer. */
  readonly question: number | undefined;
  readonly name: string;
  readonly ask: unknown;
}
type Reply =
  | { readonly reply: number; readonly answer: unknown }
  | { readonly reply: number; readonly error: ErrorRecord };

/**
 * Calls what `serve` answers behind `port`. Open and later calls reject with GoneError once the other end is gone.
 * @param classes errors that callers catch by class.
 */
export function connect<C extends Calls>(port: Port, classes?: ErrorClasses): Caller<C> {
  const pending = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  let lastId = 0;
  let gone: GoneError | undefined;
  port.onMessage((message) => {
    const reply = message as Reply;
    const call = pending.get(reply.reply);
    if (!call) return;
    pending.delete(reply.reply);
    if ("error" in reply) call.reject(reviveError(reply.error, classes));
    else call.resolve(reply.answer);
  });
  port.onClose(() => {
    gone = new GoneError("Cannot finish the call: the other end is gone");
    for (const { reject } of pending.values()) reject(gone);
    pending.clear();
  });
  return (name, ask) =>
    new Promise((resolve, reject) => {
      if (gone) return reject(gone);
      const question = ++lastId;
      pending.set(question, { resolve: resolve as (answer: unknown) => void, reject });
      port.post({ question, name, ask } satisfies Question);
    });
}

/** Tells what `serve` takes behind `port`, in order with the calls there, without waiting for an answer. */
export const notify = <C extends Calls, N extends keyof C & string>(port: Port, name: N, ask: C[N]["ask"]): void =>
  port.post({ question: undefined, name, ask } satisfies Question);

/** Answers the calls of `connect` behind `port`: one reply each, errors as records; to `notify`, none. */
export function serve<C extends Calls>(port: Port, answers: Answers<C>): void {
  port.onMessage(async (message) => {
    const { question, name, ask } = message as Question;
    if (name === undefined) return;
    const reply = (told: { readonly answer: unknown } | { readonly error: ErrorRecord }): void => {
      if (question !== undefined) port.post({ reply: question, ...told } satisfies Reply);
    };
    try {
      if (!Object.hasOwn(answers, name)) throw new RangeError(`Cannot answer ${JSON.stringify(name)}: no such call`);
      reply({ answer: await answers[name]!(ask) });
    } catch (error) {
      reply({ error: toErrorRecord(error) });
    }
  });
}
