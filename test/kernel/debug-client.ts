import * as assert from "uvu/assert";
import type { StackFrame, Variable } from "../../kernel/protocol/debug-messages.js";
import type { JsonObject } from "../../kernel/protocol/messages.js";
import type { Message } from "../../kernel/protocol/wire-format.js";
import type { Exchange, KernelClient } from "./kernel-client.js";

/** A debugger's front end: speaks as JupyterLab does. */
export class DebugClient {
  private seq = 0;

  constructor(readonly client: KernelClient) {}

  /** Sends a request and gives the response, successful or not. */
  async ask(command: string, args: JsonObject = {}): Promise<JsonObject> {
    const content = { type: "request", seq: ++this.seq, command, arguments: args };
    const { content: response } = await this.client.request("debug_request", content, "control").reply;
    assert.is(response.type, "response");
    assert.is(response.command, command);
    assert.is(response.request_seq, this.seq);
    return response;
  }

  /** Sends a request that must succeed, and gives its body. */
  async body<T = JsonObject>(command: string, args: JsonObject = {}): Promise<T> {
    const { success, message, body } = await this.ask(command, args);
    assert.ok(success, `${command}: ${message}`);
    return body as T;
  }

  /** Switches the debugger on. */
  async start(): Promise<void> {
    await this.body("initialize", { clientID: "test", linesStartAt1: true, columnsStartAt1: true, pathFormat: "path" });
    await this.body("attach");
    await this.body("configurationDone");
  }

  /** Sets breakpoints in a cell by its text, as a click in the gutter does; gives their state. */
  async breakAt(code: string, ...lines: readonly number[]): Promise<{ verified: boolean; line: number }[]> {
    const { sourcePath } = await this.body<{ sourcePath: string }>("dumpCell", { code });
    return this.breakIn(sourcePath, ...lines);
  }

  /** Sets the breakpoints of a path. */
  async breakIn(path: string, ...lines: readonly number[]): Promise<{ verified: boolean; line: number }[]> {
    const breakpoints = lines.map((line) => ({ line }));
    const body = await this.body<{ breakpoints: { verified: boolean; line: number }[] }>("setBreakpoints", {
      source: { path },
      breakpoints,
      sourceModified: false,
    });
    return body.breakpoints;
  }

  /** The next event of a kind. */
  event(name: string): Promise<Message> {
    return this.client.next(({ header, content }) => header.msg_type === "debug_event" && content.event === name);
  }

  /** Does something and waits until the code stops. Gives the reason. */
  async untilStopped(act: () => unknown): Promise<string> {
    const stopped = this.event("stopped");
    await act();
    return String(((await stopped).content.body as JsonObject).reason);
  }

  /** Runs a cell until it stops. */
  async stopIn(code: string): Promise<Exchange> {
    const stopped = this.event("stopped");
    const cell = this.client.begin(code);
    await stopped;
    return cell;
  }

  /** Steps and gives where the code stands then. */
  async step(command: "next" | "stepIn" | "stepOut"): Promise<string> {
    await this.untilStopped(() => this.body(command, { threadId: 1 }));
    return this.place();
  }

  async frames(): Promise<StackFrame[]> {
    return (await this.body<{ stackFrames: StackFrame[] }>("stackTrace", { threadId: 1 })).stackFrames;
  }

  /** Where the code stands, as "name:line". */
  async place(): Promise<string> {
    const [top] = await this.frames();
    return `${top?.name}:${top?.line}`;
  }

  /** The names and values of a scope of a frame. */
  async scope(name: string, frameId?: number): Promise<Variable[]> {
    const id = frameId ?? (await this.frames())[0]!.id;
    const { scopes } = await this.body<{ scopes: { name: string; variablesReference: number }[] }>("scopes", {
      frameId: id,
    });
    const scope = scopes.find((each) => each.name === name);
    return scope ? this.inside(scope.variablesReference) : [];
  }

  async inside(variablesReference: number): Promise<Variable[]> {
    return (await this.body<{ variables: Variable[] }>("variables", { variablesReference })).variables;
  }

  /** The text of an expression's value in the innermost frame. */
  async evaluate(expression: string): Promise<string> {
    const [top] = await this.frames();
    const args = { expression, frameId: top!.id, context: "repl" };
    return (await this.body<{ result: string }>("evaluate", args)).result;
  }
}

/** Variables as `name = value`. */
export const listed = (variables: readonly Variable[]): string[] =>
  variables.map(({ name, value }) => `${name} = ${value}`);
