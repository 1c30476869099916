import { type InspectOptionsStylized, inspect } from "node:util";
import type { State } from "./states.js";

/** What is known of a call where its flow is not at hand. */
export interface NamedCall {
  readonly name: string;
}

/** More calls than a page has lines are counted, not listed. */
const MOST_LINES = 40;

/** The result of a flow's state: how each of its calls ended. */
export class CallStates<Call extends NamedCall = NamedCall> extends Map<Call, State> {
  /** The state of the call with this name. @throws {RangeError} when there is none. */
  task(name: string): State {
    for (const [call, state] of this) if (call.name === name) return state;
    const known = [...this.keys()].slice(0, MOST_LINES).map((call) => JSON.stringify(call.name));
    throw new RangeError(
      `Cannot find the state of call "${name}": the run has ${known.join(", ") || "no calls"}${this.size > known.length ? " …" : ""}`,
    );
  }

  /** A line for each call: "inspect: Mapped (567)". */
  [inspect.custom](depth: number, { maxArrayLength }: InspectOptionsStylized): string {
    const title = `${this.constructor.name}(${this.size})`;
    if (depth < 0) return `[${title}]`;
    const most = Math.min(maxArrayLength ?? MOST_LINES, MOST_LINES);
    const lines: string[] = [];
    for (const [{ name }, state] of this) {
      if (lines.length === most) break;
      lines.push(`  ${name.replace(/\s+/g, " ")}: ${inWords(state)}`);
    }
    if (this.size > most) lines.push(`  … ${this.size - most} more`);
    return [title, ...lines].join("\n");
  }
}

/** Call states read from the wire: their calls are known by name, and any call of that name finds its state. */
export class LoadedCallStates extends CallStates {
  override get(call: NamedCall): State {
    return super.get(call) ?? this.task(call.name);
  }
}

function inWords(state: State): string {
  if (state.type === "Mapped") return `Mapped (${state.nMapStates})`;
  return state.isFailed() && state.message ? `${state.type}, ${state.message.slice(0, 100)}` : state.type;
}
