import type { CellDiagnostic } from "./cell-diagnostics.js";

/** Why a name that a cell declares is not there. */
interface Lost {
  readonly count: number;
  readonly why: string;
}

/** The compiler's words for a name that nobody declared. */
const NO_NAME =
  /^(?:Cannot find (?:name|namespace)|No value exists in scope for the shorthand property) '([\p{ID_Continue}$]+)'/u;

/** Names of cells that were refused or failed before they declared them: later cells say so, once per such cell. */
export class LostNames {
  private readonly lost = new Map<string, Lost>();

  /** A cell was refused. @param codes of what the compiler said, "TS2322". */
  refuse(count: number, names: Iterable<string>, codes: readonly string[]): void {
    const shown = [...new Set(codes)].slice(0, 3).join(", ");
    for (const name of names) this.lost.set(name, { count, why: `did not run (${shown})` });
  }

  /** A cell failed before it had declared some names. */
  fail(count: number, names: Iterable<string>): void {
    for (const name of names) this.lost.set(name, { count, why: "failed before that line" });
  }

  clear(): void {
    this.lost.clear();
  }

  /** Puts one diagnostic per lost cell in the place of those that say only that a name is missing. */
  explain(diagnostics: readonly CellDiagnostic[]): readonly CellDiagnostic[] {
    const names = new Map<number, Set<string>>();
    const lostIn = ({ message }: CellDiagnostic) => this.lost.get(NO_NAME.exec(message)?.[1] ?? "");
    for (const each of diagnostics) {
      const count = lostIn(each)?.count;
      if (count !== undefined) names.set(count, (names.get(count) ?? new Set()).add(NO_NAME.exec(each.message)![1]!));
    }
    const told = new Set<number>();
    return diagnostics.flatMap((each) => {
      const lost = lostIn(each);
      if (!lost) return [each];
      if (told.has(lost.count)) return [];
      told.add(lost.count);
      const all = [...names.get(lost.count)!].join(", ");
      return [{ ...each, message: `${all}: declared in cell [${lost.count}], which ${lost.why}` }];
    });
  }
}
