import type { EpochMs } from "../../contracts/json.js";
import type { State } from "../../state/states.js";
import type { CallInput, TaskCall } from "../../task/task-call.js";
import { callsIn, fillTemplate } from "../../task/template.js";
import type { CallNode, CallNodes } from "../task/task-execution.js";
import { askTrigger, skippedByUpstream } from "./trigger-check.js";

/** What the children of a map are given: how many there are, and the inputs of each. */
export interface MapItems {
  readonly length: number;
  readonly inputsOf: (index: number) => readonly CallInput[];
}

/** One list that a map goes over. */
interface List {
  readonly length: number;
  readonly at: (index: number) => CallInput;
}

/** What there is to know of the run. */
export interface MapSetting {
  readonly nodes: CallNodes;
  /** The states it waited for as a whole. */
  readonly upstream: ReadonlyMap<TaskCall, State>;
  readonly parameters: { readonly [name: string]: unknown };
}

/**
 * Reads the lists that a map goes over; the shortest says how many children there are.
 * @throws {TypeError} naming an input that is no list.
 */
export async function mapItems(node: CallNode, setting: MapSetting): Promise<MapItems> {
  const lists: (List | CallInput)[] = [];
  for (const input of node.call.inputs) lists.push(input.mode === "whole" ? input : await listOf(node, input, setting));
  return {
    length: Math.min(...lists.flatMap((list) => ("length" in list ? list.length : []))),
    inputsOf: (index) => lists.map((list) => ("length" in list ? list.at(index) : list)),
  };
}

async function listOf(node: CallNode, input: CallInput, setting: MapSetting): Promise<List> {
  const { name, mode, template } = input;
  if (mode === "each" && template.kind === "list") {
    const { parts } = template;
    const at = (index: number): CallInput => {
      const part = parts[index]!;
      return { name, template: part, calls: callsIn(part), mode: "whole" };
    };
    return { length: parts.length, at };
  }
  if (mode === "each" && template.kind === "call" && node.plan.oneToOne.has(template.call)) {
    const { children, execution } = setting.nodes.get(template.call)!;
    // Their results are not read here: each child's own state is what its child goes on with.
    if (children) return { length: children.length, at: () => input };
    if (execution.state.type === "Mapped") return { length: execution.state.mapStates.length, at: () => input };
  }
  const items = await readList(node.call, input, setting);
  const from = template.kind === "call" ? template.call : undefined;
  return {
    length: items.length,
    at: (index) => {
      const { value, path } = items[index]!;
      const item: CallInput = { name, template: { kind: "value", value }, calls: [], mode: "whole" };
      return from ? { ...item, origin: { call: from, path } } : item;
    },
  };
}

/** An item of a list, and where it is in what the call gave. */
interface Item {
  readonly value: unknown;
  readonly path: readonly number[];
}

async function readList(
  call: TaskCall,
  input: CallInput,
  { upstream, parameters }: MapSetting,
): Promise<readonly Item[]> {
  const values = new Map<TaskCall, unknown>();
  for (const each of input.calls) values.set(each, (await upstream.get(each)!.load()).result);
  const value = fillTemplate(input.template, (each) => values.get(each), parameters);
  if (!Array.isArray(value)) throw new TypeError(`Cannot map "${call.name}": input "${input.name}" is no list`);
  if (input.mode === "each") return value.map((item: unknown, index) => ({ value: item, path: [index] }));
  return value.flatMap((inner: unknown, index) => {
    if (Array.isArray(inner)) return inner.map((item: unknown, at) => ({ value: item, path: [index, at] }));
    throw new TypeError(`Cannot map "${call.name}": item ${index} of flattened input "${input.name}" is no list`);
  });
}

/** The state of a map that something it needs as a whole forbids; undefined where children may be made. */
export function refusal(call: TaskCall, upstream: ReadonlyMap<TaskCall, State>, now: () => EpochMs): State | undefined {
  const whole = new Map([...upstream].filter(([, state]) => !state.isMapped()));
  const flat = call.inputs.filter(({ mode }) => mode === "flat").flatMap(({ calls }) => calls);
  for (const each of flat) whole.set(each, upstream.get(each)!);
  if (whole.size === 0) return undefined;
  const decided = skippedByUpstream(call, whole) ?? askTrigger(call, whole, now);
  return decided?.type === "Paused" ? undefined : decided; // its children pause, one by one
}
