import { z } from "zod";
import type { Message } from "../../kernel/protocol/wire-format.js";

/**
 * The messaging document (5.5) as a client in a language with typed messages reads it: every field there and of its
 * type, none null, and none that the document does not name.
 * https://jupyter-client.readthedocs.io/en/stable/messaging.html
 */
const count = z.number().int().nonnegative();
const object = z.record(z.string(), z.unknown());
const header = z.strictObject({
  msg_id: z.string().min(1),
  session: z.string().min(1),
  username: z.string(),
  date: z.iso.datetime(),
  msg_type: z.string(),
  version: z.string().regex(/^\d+\.\d+$/),
});
const parentHeader = z.union([
  z.strictObject({}),
  z.strictObject({ ...header.shape, subshell_id: z.string().nullish() }),
]);
const bundle = z.record(z.string().regex(/^[\w.+-]+\/[\w.+-]+$/), z.unknown());

const failure = { ename: z.string(), evalue: z.string(), traceback: z.array(z.string()) };
const shown = { data: bundle, metadata: object };
const transient = z.strictObject({ display_id: z.string().optional() });
const payload = z.discriminatedUnion("source", [
  z.strictObject({ source: z.literal("page"), data: bundle, start: count }),
  z.strictObject({ source: z.literal("set_next_input"), text: z.string(), replace: z.boolean() }),
]);
const expression = z.union([
  z.strictObject({ status: z.literal("ok"), ...shown }),
  z.strictObject({ status: z.literal("error"), ...failure }),
]);

/** A reply's own fields are there whatever its status is; an error's beside them. */
const reply = (fields: z.ZodRawShape, others: readonly string[] = []) =>
  z.union([
    z.strictObject({ status: z.enum(["ok", ...others]), ...fields }),
    z.strictObject({ status: z.literal("error"), ...fields, ...failure }),
  ]);

const dap = z.union([
  z.strictObject({
    type: z.literal("response"),
    seq: count.min(1),
    request_seq: count,
    command: z.string(),
    success: z.boolean(),
    message: z.string().optional(),
    body: object,
  }),
  z.strictObject({ type: z.literal("event"), seq: count.min(1), event: z.string(), body: object }),
]);

const CONTENT: { readonly [type: string]: z.ZodType } = {
  kernel_info_reply: reply({
    protocol_version: z.string(),
    implementation: z.string(),
    implementation_version: z.string(),
    language_info: z.strictObject({
      name: z.string(),
      version: z.string(),
      mimetype: z.string(),
      file_extension: z.string(),
      pygments_lexer: z.string(),
      codemirror_mode: z.string(),
      nbconvert_exporter: z.string(),
    }),
    banner: z.string(),
    debugger: z.boolean(),
    supported_features: z.array(z.string()),
    help_links: z.array(z.strictObject({ text: z.string(), url: z.url() })),
  }),
  execute_reply: reply(
    { execution_count: count, user_expressions: z.record(z.string(), expression), payload: z.array(payload) },
    ["aborted"],
  ),
  complete_reply: reply({
    matches: z.array(z.string()),
    cursor_start: count,
    cursor_end: count,
    metadata: z.strictObject({ _jupyter_types_experimental: z.array(object).optional() }),
  }),
  inspect_reply: reply({ found: z.boolean(), ...shown }),
  is_complete_reply: z.strictObject({
    status: z.enum(["complete", "incomplete", "invalid", "unknown"]),
    indent: z.string(),
    ename: z.string().optional(),
    evalue: z.string().optional(),
    traceback: z.array(z.string()).optional(),
  }),
  history_reply: reply({
    history: z.array(
      z.union([z.tuple([count, count, z.string()]), z.tuple([count, count, z.tuple([z.string(), z.string()])])]),
    ),
  }),
  comm_info_reply: reply({ comms: z.record(z.string(), z.strictObject({ target_name: z.string() })) }),
  interrupt_reply: reply({}),
  shutdown_reply: reply({ restart: z.boolean() }),
  create_subshell_reply: reply({ subshell_id: z.string().optional() }),
  delete_subshell_reply: reply({}),
  list_subshell_reply: reply({ subshell_id: z.array(z.string()) }),
  debug_reply: dap,
  debug_event: dap,
  input_request: z.strictObject({ prompt: z.string(), password: z.boolean() }),
  stream: z.strictObject({ name: z.enum(["stdout", "stderr"]), text: z.string() }),
  display_data: z.strictObject({ ...shown, transient }),
  update_display_data: z.strictObject({ ...shown, transient }),
  execute_result: z.strictObject({ ...shown, transient, execution_count: count }),
  execute_input: z.strictObject({ code: z.string(), execution_count: count }),
  error: z.strictObject(failure),
  status: z.strictObject({ execution_state: z.enum(["busy", "idle", "starting"]) }),
  clear_output: z.strictObject({ wait: z.boolean() }),
  comm_open: z.strictObject({ comm_id: z.string(), target_name: z.string(), data: object }),
  comm_msg: z.strictObject({ comm_id: z.string(), data: object }),
  comm_close: z.strictObject({ comm_id: z.string(), data: object }),
  iopub_welcome: z.strictObject({ subscription: z.string() }),
};

/** @throws {Error} for a message that such a client cannot read. */
export function readStrictly(message: Message): void {
  const { msg_type: type } = message.header;
  const content = CONTENT[type];
  if (!content) throw new Error(`Cannot read a message: "${type}" is unknown`);
  for (const [part, schema] of [
    ["header", header],
    ["parent", parentHeader],
    ["metadata", object],
    ["content", content],
  ] as const) {
    const { error } = schema.safeParse(message[part]);
    if (error)
      throw new Error(`Cannot read ${part} of ${type} ${JSON.stringify(message[part])}: ${z.prettifyError(error)}`);
  }
}
