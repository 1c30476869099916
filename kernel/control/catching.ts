import type { Debugger, Runtime } from "node:inspector/promises";
import type { AnyNode } from "acorn";
import { visit } from "../../src/source/parsed-module.js";
import { isOurs } from "../links/own-files.js";
import { type ScriptPlace, ScriptPositions } from "./script-positions.js";
import { parseScript } from "./script-syntax.js";
import type { Scripts } from "./scripts.js";

/** A range of a script's text, in UTF-16 units. */
interface Range {
  readonly start: number;
  readonly end: number;
}
interface Shape {
  readonly positions: ScriptPositions;
  readonly functions: readonly Range[];
  /** Blocks whose `try` has a `catch`. */
  readonly guarded: readonly Range[];
}

/** What a compiled cell names the error that it throws on (src/source/cell-frame.ts). */
const ADDED_CATCH = "$error";
/** Bodies of a person's code are called by ours through promises, whose handlers do not count as catching. */
const AWAITED = "await";

/** Tells whether code on the stack would catch what is thrown now. */
export class Catching {
  private readonly shapes = new Map<string, Promise<Shape | undefined>>();

  constructor(private readonly scripts: Scripts) {}

  /** @param frames innermost first. */
  async catches(frames: readonly Debugger.CallFrame[], after: Runtime.StackTrace | undefined): Promise<boolean> {
    for (const { location } of frames) {
      if (isOurs(this.scripts.url(location.scriptId))) return false;
      if (await this.isGuarded(location.scriptId, location)) return true;
    }
    for (let stack = after; stack; stack = stack.parent) {
      const [waiting] = stack.callFrames;
      if (stack.description !== AWAITED || !waiting || isOurs(this.scripts.url(waiting.scriptId))) return false;
      if (await this.isGuarded(waiting.scriptId, waiting)) return true;
    }
    return false;
  }

  private async isGuarded(scriptId: string, place: ScriptPlace): Promise<boolean> {
    const shape = await this.shapeOf(scriptId);
    if (!shape) return false;
    const at = shape.positions.offset(place);
    const around = ({ start, end }: Range) => start <= at && at < end;
    const body = shape.functions.filter(around).at(-1); // in the order of the text: the last one is the innermost
    return shape.guarded.some((range) => around(range) && (!body || range.start >= body.start));
  }

  private shapeOf(scriptId: string): Promise<Shape | undefined> {
    const known = this.shapes.get(scriptId);
    if (known) return known;
    const reading = this.read(scriptId);
    this.shapes.set(scriptId, reading);
    return reading;
  }

  private async read(scriptId: string): Promise<Shape | undefined> {
    const js = await this.scripts.javaScript(scriptId);
    const program = js === undefined ? undefined : parseScript(js);
    if (js === undefined || !program) return undefined;
    const functions: Range[] = [];
    const guarded: Range[] = [];
    visit(program, (node: AnyNode) => {
      if (/^(ArrowFunction|Function)/.test(node.type)) functions.push(node);
      if (node.type !== "TryStatement" || !node.handler) return;
      const { param } = node.handler;
      if (param?.type !== "Identifier" || param.name !== ADDED_CATCH) guarded.push(node.block);
    });
    return { positions: new ScriptPositions(js, undefined), functions, guarded };
  }
}
