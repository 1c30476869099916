/** What a cell asks npm for, and the code that is left. */
export interface NpmLines {
  /** Arguments of npm, one list a line. */
  readonly commands: readonly (readonly string[])[];
  /** The cell with these lines empty, so that all others keep their numbers. */
  readonly code: string;
}

const NPM_LINE = /^[ \t]*%npm[ \t]+(\S.*?)[ \t]*$/;
/** What may stand before and between such lines: nothing, and comments. */
const PASSED = /^[ \t]*(?:\/\/.*)?$/;

/** Reads the `%npm …` lines at the head of a cell: `%npm install moment@2.29.4`. No TypeScript reads like this. */
export function readNpmLines(code: string): NpmLines {
  if (!code.includes("%npm")) return { commands: [], code };
  const commands: string[][] = [];
  const lines = code.split("\n");
  for (const [at, line] of lines.entries()) {
    const [, words] = NPM_LINE.exec(line.replace(/\r$/, "")) ?? [];
    if (words !== undefined) {
      commands.push(wordsOf(words));
      lines[at] = "";
    } else if (!PASSED.test(line.replace(/\r$/, ""))) break;
  }
  return { commands, code: lines.join("\n") };
}

/** Words as a shell has them, quotes without their marks. No shell ever sees them. */
const wordsOf = (text: string): string[] =>
  [...text.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, "$1$2"));
