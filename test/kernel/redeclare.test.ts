import { suite } from "uvu";
import * as assert from "uvu/assert";
import { KernelClient } from "./kernel-client.js";

/** Each way to declare a name: what its value then is, as `typeof` tells; none for types. */
const KINDS: { readonly [kind: string]: { readonly code: string; readonly value?: string } } = {
  const: { code: "const it = 1;", value: "number" },
  let: { code: "let it = 'text';", value: "string" },
  var: { code: "var it = true;", value: "boolean" },
  function: { code: "function it() { return 1; }", value: "function" },
  class: { code: "class it { a = 1 }", value: "function" },
  enum: { code: "enum it { A }", value: "object" },
  namespace: { code: "namespace it { export const a = 1; }", value: "object" },
  interface: { code: "interface it { b: number }" },
  type: { code: "type it = { c: string };" },
  import: { code: "import { join as it } from 'node:path';", value: "function" },
  "object pattern": { code: "const { it } = { it: 10n };", value: "bigint" },
  "array pattern": { code: "let [it] = [Symbol.iterator];", value: "symbol" },
};

const test = suite<{ client: KernelClient }>("declaring again in a session");
test.before(async (context) => {
  context.client = await KernelClient.start();
});
test.after(({ client }) => client.close());

/** Runs cells that must end well; gives the result of the last. */
async function results(client: KernelClient, cells: readonly string[]): Promise<string | undefined> {
  const ran = await Promise.all(cells.map((code) => client.execute(code)));
  const failed = ran.findIndex(({ reply }) => reply.status !== "ok");
  assert.is(failed, -1, `${cells[failed]}: ${String(ran[failed]?.reply.evalue)}`);
  return ran.at(-1)?.result;
}

for (const [from, first] of Object.entries(KINDS))
  test(`${from} as every kind, seen by an old closure; a failed cell leaves it`, async ({ client }) => {
    for (const [to, second] of Object.entries(KINDS)) {
      const what = `${from} to ${to}`;
      await results(client, [first.code, ...(first.value ? ["const old = () => typeof it;"] : [])]);
      const failed = await client.execute(`${second.code}\nthrow new Error("on purpose");`);
      assert.is(failed.reply.evalue, "on purpose", what);
      if (first.value) {
        const kept = `[typeof it, old()].join()`;
        assert.is(await results(client, [kept]), `'${first.value},${first.value}'`, `${what}, failed`);
      } else assert.is(await results(client, ["null as it | null"]), "null", `${what}, failed`);
      await results(client, [second.code]);
      if (!second.value) assert.is(await results(client, ["null as it | null"]), "null", what);
      else if (!first.value) assert.is(await results(client, ["typeof it"]), `'${second.value}'`, what);
      else assert.is(await results(client, ["[typeof it, old()].join()"]), `'${second.value},${second.value}'`, what);
    }
  });
test.run();
