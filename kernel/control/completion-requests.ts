import type { Debugger, Runtime } from "node:inspector/promises";
import { integerField, textField } from "../protocol/fields.js";
import type { JsonObject } from "../protocol/messages.js";
import type { AnswerTable, DebugParts } from "./debug-parts.js";

/** A name, or a way from one to its members, before a dot and the begin of a member. */
const MEMBER =
  /(?<![\p{ID_Continue}$.])((?:[\p{ID_Start}$_][\p{ID_Continue}$]*)(?:\??\.[\p{ID_Start}$_][\p{ID_Continue}$]*|\[\d+\]|\["[^"]*"\]|\['[^']*'\])*)\??\.([\p{ID_Continue}$]*)$/u;
const BARE = /(?<![\p{ID_Continue}$.])([\p{ID_Start}$_][\p{ID_Continue}$]*)?$/u;
const NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const MOST_TARGETS = 500;

type Target = { readonly label: string; readonly type: string };
type Named = Pick<Runtime.PropertyDescriptor, "name" | "value">;

/** Completes what is typed into a debugger's console. Runs no code of the author's. */
export function completionRequests({ mainThread, frames, evaluation }: DebugParts): AnswerTable {
  const { inspector } = mainThread;
  const membersOf = async (objectId: string | undefined): Promise<Named[]> =>
    objectId === undefined ? [] : (await inspector.post("Runtime.getProperties", { objectId })).result;
  const known = async (call: Debugger.CallFrame | undefined): Promise<Named[]> => {
    const near = call?.scopeChain.map(({ object }) => object) ?? [await mainThread.object("globalThis", "cellar")];
    const holders = [...near.map(({ objectId }) => objectId), ...(await frames.notebook()).objectIds];
    return (await Promise.all(holders.map(membersOf))).flat().filter(({ name }) => !name.startsWith("$"));
  };
  return {
    completions: async (args) => {
      const text = textField(args, "text");
      const before = beforeCursor(text, integerField(args, "line", 1), integerField(args, "column", text.length + 1));
      const call = await evaluation.callOf(args);
      const [, receiver, begun] = MEMBER.exec(before) ?? [];
      if (receiver === undefined)
        return { targets: targets(await known(call), BARE.exec(before)?.[1] ?? "", "variable") };
      const holder = await evaluation.value(`Object(${receiver})`, call, { quietly: true }).catch(() => undefined);
      return { targets: targets(await membersOf(holder?.objectId), begun ?? "", "property") };
    },
  };
}

/** @param column from 1. */
function beforeCursor(text: string, line: number, column: number): string {
  return (text.split("\n")[line - 1] ?? "").slice(0, Math.max(0, column - 1));
}

function targets(found: readonly Named[], begun: string, kind: "variable" | "property"): JsonObject[] {
  const byName = new Map<string, Target>();
  for (const { name, value } of found)
    if (name.startsWith(begun) && NAME.test(name) && !byName.has(name))
      byName.set(name, { label: name, type: typeOf(value, kind) });
  return [...byName.values()].slice(0, MOST_TARGETS);
}

function typeOf(value: Runtime.RemoteObject | undefined, kind: "variable" | "property"): string {
  if (value?.type !== "function") return kind;
  if (value.description?.startsWith("class")) return "class";
  return kind === "property" ? "method" : "function";
}
