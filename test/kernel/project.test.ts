import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { KernelClient } from "./kernel-client.js";

/** A CommonJS project with aliases, JSX and decorators of old: what its cells are checked and run by. */
const FILES: { readonly [path: string]: string } = {
  "tsconfig.json": `{ "extends": "./base.json", "compilerOptions": { "jsx": "preserve", "jsxImportSource": "tiny-jsx" } }`,
  "base.json": `{ "compilerOptions": { "strict": true, "experimentalDecorators": true, "emitDecoratorMetadata": true,
    "paths": { "@/*": ["./lib/*"] } } }`,
  "package.json": '{ "type": "commonjs", "imports": { "#lib/*": "./lib/*" } }',
  "lib/service.ts": "export class Service { readonly name: string = 'service'; }",
  "lib/data.json": '{ "one": 1 }',
  "node_modules/tiny-jsx/package.json":
    '{ "name": "tiny-jsx", "type": "module", "exports": { "./jsx-runtime": { "types": "./a.d.ts", "default": "./a.js" } } }',
  "node_modules/tiny-jsx/a.js": "export const jsx = (tag, { height }) => tag + height;",
  "node_modules/tiny-jsx/a.d.ts":
    "export declare function jsx(tag: string, properties: object): string;\nexport namespace JSX { type Element = string; interface IntrinsicElements { box: { height?: number } } }",
};

const test = suite<{ client: KernelClient; folder: string }>("a project's cells");
test.before(async (context) => {
  context.folder = mkdtempSync(join(tmpdir(), "cellar-project-"));
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(context.folder, path)), { recursive: true });
    writeFileSync(join(context.folder, path), text);
  }
  context.client = await KernelClient.start({ folder: context.folder });
});
test.after(async ({ client, folder }) => {
  await client.close();
  rmSync(folder, { recursive: true });
});

test("import by alias, by package.json and JSON by name", async ({ client }) => {
  await client.execute("import { Service } from '#lib/service.ts';\nimport data, { one } from '@/data.json';");
  const { result, reply } = await client.execute(
    "import { Service as Same } from '@/service';\n[new Service().name, new Same().name, data.one + one, (await import('@/service')).Service === Same]",
  );
  assert.is(result, "[ 'service', 'service', 2, true ]", String(reply.evalue));
});
test("know decorators of old and the types that they ask for, of earlier cells too", async ({ client }) => {
  await client.execute(
    "const seen: unknown[] = [];\n(Reflect as { metadata?: unknown }).metadata = (_key: string, types: unknown) => () => void seen.push(types);\nclass Early {}\nfunction inject(_: object): void {}",
  );
  const { result, reply } = await client.execute(
    "@inject class Uses { constructor(readonly a: Service, readonly b: Early, readonly c: number) {} }\n(seen[0] as { name: string }[]).map(({ name }) => name)",
  );
  assert.is(result, "[ 'Service', 'Early', 'Number' ]", String(reply.evalue));
});
test("write JSX by the package that tsconfig.json names, although that would preserve it", async ({ client }) => {
  assert.is((await client.execute("const height = 2;\n<box height={height} />")).result, "'box2'");
  const { reply } = await client.execute("<box heigt={1} />");
  assert.match(String(reply.evalue), /^TS2322 in cell \[\d+\] line 1:6/);
});
test.run();
