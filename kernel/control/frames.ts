import type { Debugger, Runtime } from "node:inspector/promises";
import type { Scope, StackFrame } from "../protocol/debug-messages.js";
import { FunctionNames, TOP_LEVEL } from "./function-names.js";
import { type MainThread, NOTEBOOK, type Paused } from "./main-thread.js";
import type { AuthorsScript, Scripts } from "./scripts.js";
import { type Holder, OBJECT_GROUP, type Variables } from "./variables.js";

/** A frame of the author's. */
interface Frame {
  readonly shown: StackFrame;
  /** Undefined of one that waits for those above it: its variables cannot be seen. */
  readonly call: Debugger.CallFrame | undefined;
  readonly script: AuthorsScript;
}

const NOTHING_HIDDEN: ReadonlySet<string> = new Set();
/** The function around a whole cell, or a module, begins so near its text's start. */
const TOP_COLUMN = "(async (".length;
/** V8's scopes that make up what a function sees as its own. */
const LOCAL = new Set(["local", "block", "catch", "eval", "with"]);

/** The author's frames of the pause that a person looks at. */
export class Frames {
  private frames: Promise<readonly Frame[]> | undefined;
  private lastId = 0;
  private readonly functions: FunctionNames;

  constructor(
    private readonly mainThread: MainThread,
    private readonly scripts: Scripts,
    private readonly variables: Variables,
  ) {
    this.functions = new FunctionNames(scripts);
  }

  /** The code runs on. */
  clear(): void {
    this.frames = undefined;
  }

  /** Innermost first; frames of packages, of Node and of this program are left out. */
  async list(paused: Paused): Promise<StackFrame[]> {
    this.frames ??= this.read(paused);
    return (await this.frames).map(({ shown }) => shown);
  }

  /** The frame that a front end means; the innermost one where it names none. @throws {RangeError} unknown id. */
  async find(paused: Paused, id: number | undefined): Promise<Frame> {
    this.frames ??= this.read(paused);
    const frames = await this.frames;
    const found = id === undefined ? frames[0] : frames.find(({ shown }) => shown.id === id);
    if (!found) throw new RangeError(`Cannot look into frame ${id}: the code has run on since`);
    return found;
  }

  /** What can be seen from a frame, nearest first. */
  async scopes({ call, script }: Frame): Promise<Scope[]> {
    const near = call ? await this.nearScopes(call, script) : [];
    const notebook = await this.notebook();
    const globals = call?.scopeChain.find(({ type }) => type === "global");
    const all: [string, Holder, boolean][] = [...near, ["Notebook", notebook, false]];
    if (globals) all.push(["Globals", holderOf("object", [globals.object]), true]);
    return all.map(([name, holder, expensive]) => ({
      name,
      ...(name === "Locals" ? { presentationHint: "locals" } : {}),
      variablesReference: this.variables.refer(holder),
      expensive,
    }));
  }

  /** The notebook's top-level names. */
  async notebook(): Promise<Holder> {
    return holderOf("notebook", [await this.mainThread.object(NOTEBOOK, OBJECT_GROUP)]);
  }

  private async nearScopes(call: Debugger.CallFrame, { frameNames }: AuthorsScript) {
    const chain = call.scopeChain;
    const outer = chain.findIndex(({ type }) => !LOCAL.has(type));
    const locals = chain.slice(0, outer < 0 ? chain.length : outer);
    const hiddenIn = (scopes: readonly Debugger.Scope[]): ReadonlySet<string> =>
      frameNames && scopes.some(({ startLocation }) => startLocation?.lineNumber === 0) ? frameNames : NOTHING_HIDDEN;
    const inFrame = (scopes: readonly Debugger.Scope[]): Holder => ({
      ...holderOf(
        "frame",
        scopes.map(({ object }) => object),
        hiddenIn(scopes),
      ),
      call,
    });
    const named: [string, Holder, boolean][] = [
      ["Locals", inFrame(locals), false],
      ...chain.slice(locals.length).flatMap((scope): [string, Holder, boolean][] => {
        if (scope.type !== "closure" && scope.type !== "module") return [];
        const name = scope.type === "module" ? "Module" : scope.name ? `Closure of ${scope.name}` : "Closure";
        return [[name, inFrame([scope]), false]];
      }),
    ];
    const empty = await Promise.all(named.map(([, holder]) => this.variables.isEmpty(holder)));
    return named.filter((_, at) => !empty[at]);
  }

  private async read({ callFrames, asyncStackTrace }: Paused): Promise<readonly Frame[]> {
    const frames: Frame[] = [];
    const add = async (name: string, location: Debugger.Location, call: Debugger.CallFrame | undefined) => {
      const found = await this.scripts.place(location.scriptId, location);
      if (!found) return;
      const { script, place } = found;
      frames.push({ shown: { id: ++this.lastId, name, source: script.source, ...place }, call, script });
    };
    for (const call of callFrames) {
      const isTop = call.functionLocation?.lineNumber === 0 && (call.functionLocation.columnNumber ?? 0) <= TOP_COLUMN;
      await add(isTop ? TOP_LEVEL : await this.nameOf(call.functionName, call.location), call.location, call);
    }
    for (let stack: Runtime.StackTrace | undefined = asyncStackTrace; stack; stack = stack.parent)
      for (const { functionName, scriptId, lineNumber, columnNumber } of stack.callFrames) {
        const location = { scriptId, lineNumber, columnNumber };
        const name = await this.nameOf(functionName, location);
        await add(name === TOP_LEVEL ? name : `async ${name}`, location, undefined);
      }
    return frames;
  }

  /** A function's name as the author gave it; of one without a name, what it is given to. */
  private async nameOf(name: string, location: Debugger.Location): Promise<string> {
    return authorsName(name) || this.functions.at(location.scriptId, location);
  }
}

const holderOf = (kind: Holder["kind"], objects: readonly Runtime.RemoteObject[], hidden = NOTHING_HIDDEN): Holder => ({
  kind,
  objectIds: objects.flatMap(({ objectId }) => objectId ?? []),
  hidden,
  expression: undefined,
  length: 0,
});

/** How V8 names what is put into a binding (src/source/cell-rewriting.ts). */
const BINDING = /^\$_+(.+?)\.v(?=\.|$)/;

const authorsName = (name: string): string => name.replace(BINDING, "$1");
