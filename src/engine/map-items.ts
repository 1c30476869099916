import type { State } from "../state/states.js";
import type { CallInput, TaskCall } from "../task/task-call.js";
import { fillTemplate } from "../task/template.js";
import { askTrigger, skippedByUpstream } from "./trigger-check.js";

/** What the children of a map are given: how many there are, and the items that come from plain lists. */
export interface MapItems {
  readonly length: number;
  readonly lists: ReadonlyMap<CallInput, readonly unknown[]>;
}

/**
 * Reads the lists that a map goes over; the shortest says how many children there are.
 * @throws {TypeError} naming an input that is no list.
 */
export async function mapItems(
  call: TaskCall,
  upstream: ReadonlyMap<TaskCall, State>,
  parameters: { readonly [name: string]: unknown },
): Promise<MapItems> {
  const lists = new Map<CallInput, readonly unknown[]>();
  let length = Number.POSITIVE_INFINITY;
  for (const input of call.inputs) {
    if (input.mode === "whole") continue;
    const line = lineLength(input, upstream);
    if (line !== undefined) {
      length = Math.min(length, line);
      continue;
    }
    const list = await readList(call, input, upstream, parameters);
    lists.set(input, list);
    length = Math.min(length, list.length);
  }
  return { length, lists };
}

/** The items of one child. */
export const itemsOf = ({ lists }: MapItems, index: number): ReadonlyMap<CallInput, unknown> =>
  new Map([...lists].map(([input, list]) => [input, list[index]]));

/** Children of a map that is mapped again, one to one: their results are not read here. */
function lineLength({ mode, template }: CallInput, upstream: ReadonlyMap<TaskCall, State>): number | undefined {
  if (mode !== "each" || template.kind !== "call") return undefined;
  const state = upstream.get(template.call)!;
  return state.type === "Mapped" ? state.mapStates.length : undefined;
}

async function readList(
  call: TaskCall,
  input: CallInput,
  upstream: ReadonlyMap<TaskCall, State>,
  parameters: { readonly [name: string]: unknown },
): Promise<readonly unknown[]> {
  const values = new Map<TaskCall, unknown>();
  for (const each of input.calls) values.set(each, (await upstream.get(each)!.load()).result);
  const value = fillTemplate(input.template, (each) => values.get(each), parameters);
  if (!Array.isArray(value)) throw new TypeError(`Cannot map "${call.name}": input "${input.name}" is no list`);
  if (input.mode === "each") return value;
  return value.flatMap((inner, index) => {
    if (Array.isArray(inner)) return inner;
    throw new TypeError(`Cannot map "${call.name}": item ${index} of flattened input "${input.name}" is no list`);
  });
}

/** The state of a map that something it needs as a whole forbids; undefined where children may be made. */
export function refusal(call: TaskCall, upstream: ReadonlyMap<TaskCall, State>): State | undefined {
  const whole = new Map([...upstream].filter(([, state]) => !state.isMapped()));
  const flat = call.inputs.filter(({ mode }) => mode === "flat").flatMap(({ calls }) => calls);
  for (const each of flat) whole.set(each, upstream.get(each)!);
  if (whole.size === 0) return undefined;
  const decided = skippedByUpstream(call, whole) ?? askTrigger(call, whole);
  return decided === "pause" ? undefined : decided; // its children pause, one by one
}
