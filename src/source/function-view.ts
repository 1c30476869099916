import type { Runtime, Session } from "node:inspector";
import { createRequire } from "node:module";

/** What V8 knows of an object beyond what JavaScript shows. */
export interface ObjectView {
  /** "[[TargetFunction]]", "[[BoundThis]]", "[[BoundArgs]]", "[[PromiseState]]", "[[PromiseResult]]", "[[Target]]" … */
  readonly slots: { readonly [name: string]: unknown };
  /** Private members of an instance: "#limit". */
  readonly privates: { readonly [name: string]: unknown };
  /** The script that a function was compiled from. */
  readonly scriptId: string | undefined;
  /** Where in it; lines and columns from 0. */
  readonly position: { readonly line: number; readonly column: number } | undefined;
  /** The variables around a function, innermost first; only those that some function around keeps. */
  readonly scopes: readonly ScopeView[];
}

/** Variables that V8 keeps for the functions of one block, call, module or script. */
export interface ScopeView {
  readonly kind: "block" | "call" | "module" | "script";
  readonly variables: { readonly [name: string]: unknown };
}

/** A piece of code as V8 compiled it. */
export interface Script {
  /** Empty for code that has none. */
  readonly url: string;
  readonly text: string;
}

/** Looks at objects and scripts of this thread. */
export interface Viewer {
  look(object: object): ObjectView;
  script(scriptId: string): Script;
}

type Remote = Runtime.RemoteObject;

/** With what the types of Node leave out. */
interface Properties extends Runtime.GetPropertiesReturnType {
  readonly privateProperties?: Runtime.InternalPropertyDescriptor[];
}

const GROUP = "cellar";
/** Where an object waits for V8 to take it, for as long as one call lasts. */
const GIVEN = Symbol.for("cellar.view");
const scripts = new Map<string, Script>();

let connection: Connection | undefined;

/** Connects when first asked; disconnects at the end of this turn of the event loop. */
function connected(): Connection {
  if (!connection) {
    const opened = new Connection();
    connection = opened;
    setImmediate(() => {
      connection = undefined;
      opened.close();
    }).unref();
  }
  return connection;
}

/**
 * V8's own view: by the inspector in this thread, whoever else is connected to it.
 * @throws {Error} when somebody looks, and this Node has no inspector.
 */
export const viewer: Viewer = {
  look: (object) => connected().look(object),
  script: (scriptId) => {
    let script = scripts.get(scriptId);
    if (!script) {
      script = connected().script(scriptId);
      scripts.set(scriptId, script);
    }
    return script;
  },
};

class Connection {
  readonly #session: Session;
  readonly #holder: { given: unknown; taken: readonly unknown[] } = { given: undefined, taken: [] };
  readonly #holderId: string;

  constructor() {
    const inspector = createRequire(import.meta.url)("node:inspector") as typeof import("node:inspector");
    this.#session = new inspector.Session();
    this.#session.connect();
    const around = globalThis as { [GIVEN]?: unknown };
    Object.defineProperty(around, GIVEN, { value: this.#holder, configurable: true });
    try {
      const expression = `globalThis[Symbol.for(${JSON.stringify(Symbol.keyFor(GIVEN))})]`;
      this.#holderId = this.#post("Runtime.evaluate", { expression, objectGroup: GROUP, silent: true }).result
        .objectId!;
    } finally {
      delete around[GIVEN];
    }
  }

  look(object: object): ObjectView {
    this.#holder.given = object;
    const held = this.#propertiesOf(this.#holderId).result.find(({ name }) => name === "given")!;
    const { internalProperties = [], privateProperties = [] } = this.#propertiesOf(held.value!.objectId!);
    const named = [...internalProperties, ...privateProperties].flatMap(({ name, value }) =>
      value && name !== "[[Prototype]]" && name !== "[[FunctionLocation]]" ? [{ name, value }] : [],
    );
    const live = this.#take(named.map(({ value }) => value));
    const values = named.map(({ name }, index) => [name, live[index]] as const);
    const scopes = values.find(([name]) => name === "[[Scopes]]")?.[1] as Scopes | undefined;
    const location = internalProperties.find(({ name }) => name === "[[FunctionLocation]]")?.value?.value;
    const place = location as { scriptId: string; lineNumber: number; columnNumber: number } | undefined;
    return {
      slots: Object.fromEntries(values.filter(([name]) => name.startsWith("[[") && name !== "[[Scopes]]")),
      privates: Object.fromEntries(values.filter(([name]) => !name.startsWith("[["))),
      scriptId: place?.scriptId,
      position: place && { line: place.lineNumber, column: place.columnNumber },
      scopes: scopes ? scopeViews(scopes) : [],
    };
  }

  /** V8 tells of scripts while debugging is switched on, for this connection alone. */
  script(scriptId: string): Script {
    let url = "";
    this.#session.on("Debugger.scriptParsed", ({ params }) => {
      if (params.scriptId === scriptId) url = params.url;
    });
    try {
      this.#post("Debugger.enable", {});
      return { url, text: this.#post("Debugger.getScriptSource", { scriptId }).scriptSource };
    } finally {
      this.#post("Debugger.disable", {});
      this.#session.removeAllListeners("Debugger.scriptParsed");
    }
  }

  close(): void {
    this.#session.disconnect(); // and with it all that V8 held for it
  }

  /** The objects that V8 speaks of, themselves. */
  #take(remote: readonly Remote[]): readonly unknown[] {
    if (remote.length === 0) return [];
    this.#post("Runtime.callFunctionOn", {
      objectId: this.#holderId,
      functionDeclaration: "function (...taken) { this.taken = taken; }",
      arguments: remote.map(({ objectId, value, unserializableValue }) =>
        objectId !== undefined ? { objectId } : unserializableValue !== undefined ? { unserializableValue } : { value },
      ),
      objectGroup: GROUP,
      silent: true,
    });
    const { taken } = this.#holder;
    this.#holder.taken = [];
    return taken;
  }

  #propertiesOf(objectId: string): Properties {
    return this.#post("Runtime.getProperties", { objectId, ownProperties: true });
  }

  #post(method: "Runtime.evaluate", params: Runtime.EvaluateParameterType): Runtime.EvaluateReturnType;
  #post(method: "Runtime.getProperties", params: Runtime.GetPropertiesParameterType): Properties;
  #post(method: "Runtime.callFunctionOn", params: Runtime.CallFunctionOnParameterType): unknown;
  #post(method: "Debugger.getScriptSource", params: { scriptId: string }): { readonly scriptSource: string };
  #post(method: "Debugger.enable" | "Debugger.disable", params: object): unknown;
  #post(method: string, params: object): unknown {
    let outcome: { error: Error | null; answer?: unknown } | undefined;
    this.#session.post(method, params, (error: Error | null, answer?: unknown) => {
      outcome = { error, answer };
    });
    if (!outcome || outcome.error)
      throw new Error(`Cannot look at a function: V8 refused ${method}`, { cause: outcome?.error });
    return outcome.answer;
  }
}

/** As V8 gives them: a list without a prototype. */
interface Scopes {
  readonly length: number;
  readonly [index: number]: { readonly description: string; readonly object: { readonly [name: string]: unknown } };
}

function scopeViews(scopes: Scopes): ScopeView[] {
  return Array.from({ length: scopes.length }, (_, index) => scopes[index]!).flatMap(({ description, object }) => {
    const kind = KINDS[/^\w+/.exec(description)?.[0] ?? ""];
    return kind ? [{ kind, variables: object }] : [];
  });
}

/** By the first word of V8's description; the global scope is left out. */
const KINDS: { readonly [word: string]: ScopeView["kind"] } = {
  Block: "block",
  Catch: "block",
  With: "block",
  Eval: "block",
  Local: "call",
  Closure: "call",
  Module: "module",
  Script: "script",
};
