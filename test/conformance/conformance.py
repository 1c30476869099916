"""What every Jupyter kernel must do, asked by Jupyter's own test kit with everything it can ask filled in."""

import unittest

import jupyter_kernel_test


class CellarTests(jupyter_kernel_test.KernelTests):
    kernel_name = "cellar"
    language_name = "typescript"
    file_extension = ".ts"

    code_hello_world = 'console.log("hello, world");'
    code_stderr = 'console.error("oh");'
    code_generate_error = 'throw new Error("as asked");'
    code_clear_output = "clear();"
    code_page_something = "console.log?"
    code_inspect_sample = "console.log"

    completion_samples = [
        {"text": "Number.isSafeI", "matches": {"isSafeInteger"}},
        {"text": "encodeURIC", "matches": {"encodeURIComponent"}},
    ]
    complete_code_samples = ["1 + 1", "const a = `x\n${1}`;", "function f() {\n  return 1;\n}", "/* a comment */", ""]
    incomplete_code_samples = ["function f() {", "const a = `x", "[1, 2,", "/* a comment"]
    invalid_code_samples = ["const a = = 1", "1 +* 2", "}"]
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "'a' + 'b'", "result": "'ab'"},
        {"code": "[1, 2]", "result": "[ 1, 2 ]"},
        {"code": "await Promise.resolve(1)", "result": "1"},
    ]
    code_display_data = [
        {"code": 'display(html("<b>bold</b>"));', "mime": "text/html"},
        {"code": 'display(md("**bold**"));', "mime": "text/markdown"},
        {"code": "display(svg(\"<svg xmlns='http://www.w3.org/2000/svg'></svg>\"));", "mime": "image/svg+xml"},
        {"code": 'display(latex("$x$"));', "mime": "text/latex"},
        {"code": 'display("plain");', "mime": "text/plain"},
    ]
    supported_history_operations = ("tail", "range", "search")
    code_history_pattern = "6 ? 7"


class CellarWelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "cellar"
    support_iopub_welcome = True


if __name__ == "__main__":
    unittest.main()
