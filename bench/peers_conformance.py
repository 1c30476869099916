"""Jupyter's own test kit, asked of a peer: `conformance.py KERNEL`. Prints JSON: passed, failed, skipped, inPart."""

import json
import signal
import sys
import unittest
from pathlib import Path

import jupyter_kernel_test

KERNEL = sys.argv[1]
sys.argv = sys.argv[:1]

# As asked of Cellar (test/conformance/conformance.py), where the language is the same.
TYPESCRIPT = {
    "language_name": "typescript",
    "file_extension": ".ts",
    "code_hello_world": 'console.log("hello, world");',
    "code_stderr": 'console.error("oh");',
    "code_generate_error": 'throw new Error("as asked");',
    "code_inspect_sample": "console.log",
    "completion_samples": [
        {"text": "Number.isSafeI", "matches": {"isSafeInteger"}},
        {"text": "encodeURIC", "matches": {"encodeURIComponent"}},
    ],
    "complete_code_samples": ["1 + 1", "const a = `x\n${1}`;", "function f() {\n  return 1;\n}", "/* a comment */", ""],
    "incomplete_code_samples": ["function f() {", "const a = `x", "[1, 2,", "/* a comment"],
    "invalid_code_samples": ["const a = = 1", "1 +* 2", "}"],
    "code_execute_result": [{"code": "6 * 7", "result": "42"}],
    "supported_history_operations": ("tail", "range", "search"),
    "code_history_pattern": "6 ? 7",
}
SAMPLES = {
    "deno": {
        **TYPESCRIPT,
        "code_display_data": [
            {"code": "await Deno.jupyter.display(Deno.jupyter.html`<b>bold</b>`)", "mime": "text/html"},
            {"code": "await Deno.jupyter.display(Deno.jupyter.md`**bold**`)", "mime": "text/markdown"},
        ],
    },
    "tslab": {
        **TYPESCRIPT,
        "code_display_data": [
            {"code": 'import * as tslab from "tslab"; tslab.display.html("<b>bold</b>")', "mime": "text/html"},
            {"code": 'import * as tslab from "tslab"; tslab.display.markdown("**bold**")', "mime": "text/markdown"},
        ],
    },
    "ipykernel": {
        "language_name": "python",
        "file_extension": ".py",
        "code_hello_world": 'print("hello, world")',
        "code_stderr": 'import sys; print("oh", file=sys.stderr)',
        "code_generate_error": "raise Exception",
        "code_clear_output": "from IPython.display import clear_output; clear_output()",
        "code_page_something": "zip?",
        "code_inspect_sample": "zip",
        "completion_samples": [{"text": "zi", "matches": {"zip"}}],
        "complete_code_samples": ["1", "print('hello')", "def f(x):\n  return x*2\n\n\n"],
        "incomplete_code_samples": ["print('''hello", "def f(x):\n  x*2"],
        "invalid_code_samples": ["import = 7q"],
        "code_execute_result": [
            {"code": "1+2+3", "result": "6"},
            {"code": "[n*n for n in range(1, 4)]", "result": "[1, 4, 9]"},
        ],
        "code_display_data": [
            {"code": "from IPython.display import HTML, display; display(HTML('<b>bold</b>'))", "mime": "text/html"},
        ],
        "supported_history_operations": ("tail", "search"),
        "code_history_pattern": "1?2*",
    },
}

if KERNEL == "cellar":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "test" / "conformance"))
    SAMPLES["cellar"] = {name: value for name, value in vars(__import__("conformance").CellarTests).items() if name[0] != "_"}
Tests = type("Tests", (jupyter_kernel_test.KernelTests,), {"kernel_name": KERNEL, **SAMPLES[KERNEL]})
Welcome = type(
    "Welcome", (jupyter_kernel_test.IopubWelcomeTests,), {"kernel_name": KERNEL, "support_iopub_welcome": True}
)


LIMIT_S = 30


def late(*_):
    raise TimeoutError(f"no answer within {LIMIT_S} s")


class Result(unittest.TestResult):
    """A subtest counts with its test: what fails in one sample fails. The kit itself may wait for ever."""

    def __init__(self):
        super().__init__()
        self.begun = []

    def startTest(self, test):
        super().startTest(test)
        self.begun.append(test._testMethodName)
        signal.alarm(LIMIT_S)

    def stopTest(self, test):
        super().stopTest(test)
        signal.alarm(LIMIT_S)  # for the start of the next kernel


def name_of(test):
    """A test's name; that of the class where its kernel did not start."""
    return getattr(getattr(test, "test_case", test), "_testMethodName", None) or str(test)


signal.signal(signal.SIGALRM, late)
signal.alarm(LIMIT_S)
result = Result()
loader = unittest.defaultTestLoader
unittest.TestSuite([loader.loadTestsFromTestCase(each) for each in (Tests, Welcome)]).run(result)
signal.alarm(0)
failed = {name_of(test) for test, _ in result.failures + result.errors}
skipped = {name_of(test) for test, _ in result.skipped if not hasattr(test, "test_case")} - failed
in_part = {name_of(test) for test, _ in result.skipped} - skipped - failed
passed = set(result.begun) - failed - skipped
for test, trace in result.failures + result.errors:
    print(name_of(test), trace.strip().splitlines()[-1][:200], file=sys.stderr)
print(json.dumps({"passed": sorted(passed), "failed": sorted(failed), "skipped": sorted(skipped), "inPart": sorted(in_part)}))
