import { type Program, parse } from "acorn";

/** The syntax tree of a script that V8 has loaded, module or not; undefined where it cannot be read here. */
export function parseScript(js: string): Program | undefined {
  for (const sourceType of ["module", "script"] as const) {
    try {
      return parse(js, {
        ecmaVersion: "latest",
        sourceType,
        allowHashBang: true,
        allowReturnOutsideFunction: true,
        allowAwaitOutsideFunction: true,
        allowSuperOutsideMethod: true,
      });
    } catch {
      // a script that is no module, or newer syntax than is known here
    }
  }
  return undefined;
}
