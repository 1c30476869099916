import { fileURLToPath } from "node:url";
import { types } from "node:util";
import type { AnyNode } from "acorn";
import { packageOfFile } from "../../modules/package-origin.js";
import { contentHash } from "../../result/content-hash.js";
import {
  type FunctionText,
  mentionsThis,
  outerNames,
  parseFunctionText,
  stateNames,
} from "../../source/function-names.js";
import type { ObjectView, ScopeView } from "../../source/function-view.js";
import { isFunction, isMethod, type MarkedFunction, markedFunctionOf, moduleOf } from "../../source/module-note.js";
import { normalForm } from "../../source/normal-form.js";
import { isImported, type ParsedModule, parseModule, visit } from "../../source/parsed-module.js";
import { type SourceNote, sourceNoteOf } from "../../source/source-note.js";
import { importEdges, runtimeImports, valueEdges } from "./import-edge.js";
import { byName, type Edge, readNow, type Shape, type ShapeTools, shapeOf, Unseen } from "./source-shape.js";

type Of = (tools: ShapeTools) => Shape;

/**
 * How a function's shape is found, once for each function: what it captured counts as it was when it was first seen;
 * top-level names are read anew each time.
 */
const known = new WeakMap<object, Of>();

/** What a function is made of: its text, what it refers to, what it carries. */
export function functionShape(fn: object, tools: ShapeTools): Shape {
  let of = known.get(fn);
  if (!of) {
    of = find(fn, tools);
    known.set(fn, of);
  }
  return of(tools);
}

function find(fn: object, tools: ShapeTools): Of {
  if (types.isProxy(fn)) return proxyFunction(tools.viewer.look(fn));
  const inner = (fn as { fn?: unknown }).fn; // a task stands for its function
  if (typeof inner === "function" && Object.hasOwn(fn, "settings")) {
    const shape = shapeOf(["task", (fn as { name: string }).name], { edges: [{ name: "task", value: inner }] });
    return () => shape;
  }
  const note = sourceNoteOf(fn);
  if (note) return notedFunction(fn, note);
  const marked = markedFunctionOf(fn);
  if (marked) return markedFunction(fn, marked, tools);
  const text = Function.prototype.toString.call(fn);
  return text.endsWith("{ [native code] }") ? nativeFunction(fn, tools) : plainFunction(fn, text, tools);
}

const labelOf = (text: string): [kind: string, hash: string] => ["function", contentHash(text)];

function notedFunction(fn: object, note: SourceNote): Of {
  const { text, imports } = note;
  const file = moduleOf(fn)?.file;
  const fixed = [...ownEdges(fn), ...runtimeImports(text, file)];
  const label = labelOf(text);
  const state = markedFunctionOf(fn)?.state ?? ownState(text);
  const imported = (name: string) => note.imported && (() => note.imported!()[name]);
  return () => {
    const references = readNow(note.references);
    if (references instanceof Unseen) return shapeOf(label, { problem: `what it refers to: ${references.reason}` });
    const edges = [
      ...fixed,
      ...Object.entries(references as object).flatMap(([name, value]) => (state.has(name) ? [] : [{ name, value }])),
      ...Object.entries(imports).flatMap(([name, from]) =>
        importEdges(name, from, { file, code: text, value: imported(name) }),
      ),
    ];
    return shapeOf(label, { edges: byName(edges) });
  };
}

function ownState(text: string): ReadonlySet<string> {
  const parsed = parsedText(text);
  return parsed ? stateNames(parsed.module, parsed.node) : new Set();
}

function markedFunction(fn: object, marked: MarkedFunction, tools: ShapeTools): Of {
  const { module, text, state, usesLexicalThis } = marked;
  const { read, imports, file } = module;
  const names = [...marked.names].filter((name) => !state.has(name));
  const tops = names.filter((name) => Object.hasOwn(read, name));
  const locals = names.filter((name) => !Object.hasOwn(read, name) && !isPlatformName(name));
  const scopes = locals.length > 0 ? tools.viewer.look(fn).scopes : [];
  const fixed = [
    ...ownEdges(fn),
    ...runtimeImports(text, file),
    ...locals.flatMap((name) => capturedEdge(name, scopes, text)),
    ...(usesLexicalThis ? [UNSEEN_THIS] : []),
  ];
  const label = labelOf(text);
  return () => {
    const edges = tops.flatMap((name) =>
      imports[name] === undefined
        ? [{ name, value: readNow(read[name]!) }]
        : importEdges(name, imports[name], { file, code: text, value: read[name] }),
    );
    return shapeOf(label, { edges: byName([...fixed, ...edges]) });
  };
}

const UNSEEN_THIS: Edge = { name: "this", value: new Unseen("an arrow function keeps it where nothing can read it") };

/** What no text of an author declares: globals, and what Node gives each CommonJS module. */
const isPlatformName = (name: string): boolean => name in globalThis || PLATFORM_NAMES.has(name);
const PLATFORM_NAMES = new Set(["require", "module", "exports", "__filename", "__dirname", "arguments", "undefined"]);

function capturedEdge(name: string, scopes: readonly ScopeView[], text: string): readonly Edge[] {
  const scope = scopes.find(({ variables }) => Object.hasOwn(variables, name));
  return scope ? [{ name, value: scope.variables[name] }] : notFound(name, text);
}

/** V8 keeps what functions use later; what a class names only for its making (its base) is seen in what was made. */
const notFound = (name: string, text: string): readonly Edge[] =>
  text.startsWith("class") || isPlatformName(name) ? [] : [{ name, value: new Unseen("it cannot be found") }];

/** Properties that somebody gave a function, static fields of a class, and the class that it extends. */
function ownEdges(fn: object): Edge[] {
  const own = Object.keys(fn).map((key) => ({
    name: `.${key}`,
    value: readNow(() => (fn as { [key: string]: unknown })[key]),
  }));
  const parent = Object.getPrototypeOf(fn) as unknown;
  if (typeof parent === "function" && !String(parent).endsWith("{ [native code] }"))
    own.push({ name: "extends", value: parent });
  return own;
}

function nativeFunction(fn: object, { viewer }: ShapeTools): Of {
  const { name } = fn as { name: string };
  const slots = name.startsWith("bound ") ? viewer.look(fn).slots : {};
  const target = slots["[[TargetFunction]]"];
  const shape =
    target === undefined
      ? shapeOf(["native", name])
      : shapeOf(["bound"], {
          edges: [
            { name: "bound", value: target },
            { name: "this", value: slots["[[BoundThis]]"] },
            ...Array.from(slots["[[BoundArgs]]"] as ArrayLike<unknown>, (value, at) => ({
              name: `argument ${at}`,
              value,
            })),
          ],
        });
  return () => shape;
}

function proxyFunction({ slots }: ObjectView): Of {
  const edges = [
    { name: "proxy", value: slots["[[Target]]"] },
    { name: "handler", value: slots["[[Handler]]"] },
  ];
  const shape = shapeOf(["proxy"], { edges });
  return () => shape;
}

/** Of code that no transformation noted. */
function plainFunction(fn: object, text: string, tools: ShapeTools): Of {
  const view = tools.viewer.look(fn);
  const url = view.scriptId === undefined ? "" : tools.viewer.script(view.scriptId).url;
  const origin = originOf(url);
  const { name } = fn as { name: string };
  if (origin?.isPlatform) return always(shapeOf(["platform", name]));
  const parsed = parsedText(text);
  const code = parsed ? normalForm(parsed.node) : text;
  const { captured, top } = scopesOf(view, url);
  if (view.scriptId !== undefined) tools.tops.set(view.scriptId, top);
  const place = parsed && placeInScript(text, view, tools);
  const state = place ? stateNames(place.script, place.node) : ownState(text);
  const names = parsed ? [...outerNames(parsed.module, parsed.node)].filter((each) => !state.has(each)) : [];
  const isCaptured = (each: string) => captured.some(({ variables }) => Object.hasOwn(variables, each));
  const fixed = [...ownEdges(fn), ...names.filter(isCaptured).flatMap((each) => capturedEdge(each, captured, code))];
  if (origin) {
    const label = ["package", origin.name, name, view.position?.line ?? 0, view.position?.column ?? 0];
    return always(shapeOf(label, { edges: byName(fixed), isInstalled: true }));
  }
  const file = url.startsWith("file:") ? fileURLToPath(url) : undefined;
  if (parsed && mentionsUnseenThis(parsed)) fixed.push(UNSEEN_THIS);
  if (parsed) fixed.push(...runtimeImports(text, file));
  const readTop = (each: string, from: object) =>
    Object.hasOwn(from, each) ? valueEdges(each, from[each as never], code) : notFound(each, code);
  const rest = names.filter((each) => !isCaptured(each));
  const isFixed = (each: string) => place !== undefined && isConstant(place.script, each, top[each]);
  fixed.push(...rest.filter(isFixed).flatMap((each) => readTop(each, top)));
  const live = rest.filter((each) => !isFixed(each) && !isPlatformName(each));
  const label = labelOf(code);
  if (live.length === 0) return always(shapeOf(label, { edges: byName(fixed) }));
  return (now) => {
    const variables = topNow(fn, url, view.scriptId, now);
    return shapeOf(label, { edges: byName([...fixed, ...live.flatMap((each) => readTop(each, variables))]) });
  };
}

const always =
  (shape: Shape): Of =>
  () =>
    shape;

/** A module's variable that nobody assigns; of an import, a value that is no plain one. */
function isConstant({ top }: ParsedModule, name: string, value: unknown): boolean {
  const variable = top.set.get(name);
  if (!variable || variable.references.some((each) => each.isWrite() && !each.init)) return false;
  return !isImported(variable) || typeof value === "function" || typeof value === "object";
}

interface Scopes {
  /** Variables of the calls and blocks in which the function was made. */
  readonly captured: readonly ScopeView[];
  /** Those of its module or script. */
  readonly top: { readonly [name: string]: unknown };
}

function scopesOf({ scopes }: ObjectView, url: string): Scopes {
  const inner = scopes.filter(({ kind }) => kind === "block" || kind === "call");
  // CommonJS runs a module's text as one function: its variables are the module's.
  const hasModule = scopes.some(({ kind }) => kind === "module") || !url.startsWith("file:");
  const captured = hasModule ? inner : inner.slice(0, -1);
  const outer = scopes.slice(captured.length).reverse();
  return { captured, top: Object.assign({}, ...outer.map(({ variables }) => variables)) };
}

const MOST_SCRIPT_TEXT = 1_000_000;
const scripts = new Map<string, ParsedModule | undefined>();

/** Where a function stands in the text of its script; undefined where that cannot be read. */
function placeInScript(
  text: string,
  { scriptId, position }: ObjectView,
  { viewer }: ShapeTools,
): { readonly script: ParsedModule; readonly node: AnyNode } | undefined {
  if (scriptId === undefined || !position) return undefined;
  if (!scripts.has(scriptId)) scripts.set(scriptId, parsedScript(viewer.script(scriptId).text));
  const script = scripts.get(scriptId);
  if (!script) return undefined;
  const before = script.js.split("\n", position.line).reduce((sum, line) => sum + line.length + 1, 0);
  const start = script.js.lastIndexOf(text, before + position.column);
  const node = start < 0 ? undefined : nodeAt(script, start, start + text.length);
  return node && { script, node };
}

function parsedScript(js: string): ParsedModule | undefined {
  if (js.length > MOST_SCRIPT_TEXT) return undefined;
  try {
    return parseModule(js);
  } catch {
    return undefined; // code of the sloppy kind: what a function itself assigns is known all the same
  }
}

function nodeAt({ program }: ParsedModule, start: number, end: number): AnyNode | undefined {
  let found: AnyNode | undefined;
  visit(program, (node) => {
    if (node.start === start && node.end === end && (isFunction(node) || isMethod(node))) found ??= node;
  });
  return found;
}

function mentionsUnseenThis({ node }: FunctionText): boolean {
  return node.type === "ArrowFunctionExpression" && mentionsThis(node);
}

function parsedText(text: string): FunctionText | undefined {
  try {
    return parseFunctionText(text);
  } catch {
    return undefined; // no module could hold it: its text has to do
  }
}

/** A script's variables, looked at once for all its functions that one key covers. */
function topNow(fn: object, url: string, scriptId: string | undefined, { viewer, tops }: ShapeTools): Scopes["top"] {
  const known = tops.get(scriptId ?? "");
  if (known) return known;
  const { top } = scopesOf(viewer.look(fn), url);
  if (scriptId !== undefined) tops.set(scriptId, top);
  return top;
}

const OWN_CODE = new URL("../../../", import.meta.url).href;

/** Whose code a script is, where it is not the author's. */
function originOf(url: string): { readonly isPlatform: boolean; readonly name: string } | undefined {
  if (url.startsWith("node:") || url.startsWith(`${OWN_CODE}src/`)) return { isPlatform: true, name: url };
  const name = url.startsWith("file:") ? packageOfFile(fileURLToPath(url)) : undefined;
  return name === undefined ? undefined : { isPlatform: false, name };
}
