import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sharedNotebook } from "./notebook.js";

const SESSION = fileURLToPath(new URL("../../kernel/session/cell-globals.js", import.meta.url));

const globals = suite("CELL_GLOBALS");
const notebook = sharedNotebook(globals);
globals("are what the session gives", async () => {
  assert.ok(existsSync(SESSION));
  const names =
    "display clear page setNextInput prompt confirm alert progress html md svg latex openComm registerTarget".split(
      " ",
    );
  const types = names.map((name) => `${name}: typeof ${name}`).join("; ");
  assert.is(
    await notebook().problem(
      `import type { cellGlobals } from ${JSON.stringify(SESSION)};\n` +
        `declare const given: ReturnType<typeof cellGlobals>;\n` +
        `const declared: { ${types} } = given;\n` +
        `const all: keyof typeof given extends keyof typeof declared ? true : never = true;`,
    ),
    null,
  );
});
globals("can be used as documented", async () => {
  const code = `
    const shown = display(html\`<b>\${1}</b>\`, { displayId: "a" }); shown.update(md("# x"));
    for (const n of progress([1, 2, 3], "counting")) n.toFixed();
    progress(10).advance();
    const name: string = await prompt("Name?"); if (await confirm()) await alert(name);
    page(shown); setNextInput("1 + 1", { replace: true });
    clear({ wait: true }); openComm("t", { a: [1] }).onMessage(({ data }) => data.a); registerTarget("t", (comm) => comm.close())();
    [svg("<svg/>"), latex\`\\frac{1}{2}\`]`;
  assert.is(await notebook().problem(code), null);
});
globals("give way to what a cell declares", async () => {
  await notebook().run("const display = 5; function html(n: number) { return n + display; }");
  assert.is(await notebook().run("html(1)"), 6);
});
globals.run();
