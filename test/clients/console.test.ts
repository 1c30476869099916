import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ClientWorld } from "./client-world.js";

/** A person at a terminal: waits for each prompt, types, reads what comes, leaves. */
const TYPE = `
import os, sys, pexpect
console = pexpect.spawn(sys.executable, ["-m", "jupyter_console", "--kernel", "cellar", "--simple-prompt"],
                        encoding="utf8", timeout=60, dimensions=(40, 200))
console.logfile_read = sys.stdout
console.expect_exact("In [1]:")
console.sendline("1+1")
console.expect_exact("Out[1]: 2")
console.expect_exact("In [2]:")
console.sendline('console.log("printed", 6 * 7)')
console.expect_exact("printed 42")
console.expect_exact("In [3]:")
console.sendline("prompt('Name? ')")
console.expect_exact("Name?")
console.sendline("Ada")
console.expect_exact("'Ada'")
console.expect_exact("In [4]:")
console.sendeof()
console.expect(["exit", "Shutting down", pexpect.EOF])
if console.isalive():
    console.sendline("y")
    console.expect(pexpect.EOF)
console.close()
`;

const test = suite<{ world: ClientWorld }>("jupyter console");
test.before((context) => {
  context.world = new ClientWorld();
});
test.after(({ world }) => world.remove());

test("jupyter console runs cells, prints, and asks for input", async ({ world }) => {
  const { code, stdout, stderr } = await world.python(["-c", TYPE]);
  assert.is(code, 0, stdout + stderr);
});

test("jupyter console leaves no process behind", ({ world }) => assert.equal(world.leftProcesses(), []));

test.run();
