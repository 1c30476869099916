import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { KernelClient } from "./kernel-client.js";

const test = suite<{ client: KernelClient; folder: string }>("%npm");
test.before(async (context) => {
  context.folder = mkdtempSync(join(tmpdir(), "cellar-npm-"));
  mkdirSync(join(context.folder, "tiny"));
  writeFileSync(join(context.folder, "package.json"), '{ "name": "notebooks", "private": true }');
  writeFileSync(
    join(context.folder, "tiny/package.json"),
    '{ "name": "tiny", "version": "1.2.3", "main": "index.js" }',
  );
  writeFileSync(join(context.folder, "tiny/index.js"), "exports.tiny = 'tiny';");
  writeFileSync(join(context.folder, "tiny/index.d.ts"), "export declare const tiny: string;");
  context.client = await KernelClient.start({ folder: context.folder });
});
test.after(async ({ client, folder }) => {
  await client.close();
  rmSync(folder, { recursive: true });
});

test("installs in the notebook's folder before the cell is checked, and shows what npm says", async ({
  client,
  folder,
}) => {
  const code = "import { tiny } from 'npm:tiny@^1.0.0';\ntiny";
  assert.match(String((await client.execute(code)).reply.evalue), /%npm install tiny@\^1\.0\.0/);
  const { result, stdout, reply } = await client.execute(
    `// what the notebook needs\n%npm install --offline --no-audit "./tiny"\n\n${code}`,
  );
  assert.is(result, "'tiny'", String(reply.evalue));
  assert.match(stdout, /added 1 package/);
  assert.ok(existsSync(join(folder, "node_modules/tiny")));
});
test("warns where the installed version does not fit", async ({ client }) => {
  const { result, stderr } = await client.execute("import { tiny } from 'npm:tiny@2';\ntiny");
  assert.is(result, "'tiny'");
  assert.match(stderr, /tiny 1\.2\.3 is installed.*npm:tiny@2.*%npm install tiny@2/s);
  assert.is((await client.execute("import { tiny as same } from 'npm:tiny@1.2';\nsame")).stderr, "");
});
test("fails the cell when npm fails, before its code runs", async ({ client }) => {
  const { reply, stderr } = await client.execute("%npm run no-such-script\nconsole.log('ran')");
  assert.match(String(reply.evalue), /^Cannot run "npm run no-such-script": npm ended with code 1/);
  assert.match(stderr, /no-such-script/);
});
test("keeps the cell's line numbers", async ({ client }) => {
  const { reply } = await client.execute("%npm --version\n\nconst n: string = 1;");
  assert.match(String(reply.evalue), /line 3:7/);
});
test("is interrupted", async ({ client }) => {
  const exchange = client.begin('%npm exec --offline -c "echo began && sleep 600"\n1');
  await client.next(({ header, content }) => header.msg_type === "stream" && String(content.text).includes("began"));
  await client.request("interrupt_request", {}, "control").reply;
  assert.is((await client.finish(exchange)).reply.ename, "KeyboardInterrupt");
});
test.run();
