import { readFileSync, statSync } from "node:fs";
import type { CheckLevel } from "../links/language-calls.js";

const LEVELS: readonly CheckLevel[] = ["error", "warn", "off"];

/** How strictly cells are checked: what the cell says counts, then the notebook's metadata, then CELLAR_CHECK. */
export class NotebookLevel {
  private readAt = "";
  private inNotebook: unknown;
  private readonly complaints = new Set<string>();

  /**
   * @param notebook its path; null where there is none.
   * @param everywhere CELLAR_CHECK.
   */
  constructor(
    private readonly notebook: string | null,
    private readonly everywhere: string | undefined,
  ) {}

  /**
   * The level for a cell now. What is no level counts as not said.
   * @param asked what the cell itself says.
   * @param complain told once about each value that is no level.
   */
  of(asked: string | undefined, complain: (text: string) => void): CheckLevel {
    this.read();
    const said: readonly (readonly [where: string, value: unknown])[] = [
      ["the cell's first lines", asked],
      ["metadata.cellar.typecheck of the notebook", this.inNotebook],
      ["CELLAR_CHECK", this.everywhere === "" ? undefined : this.everywhere],
    ];
    for (const [where, value] of said) {
      const level = LEVELS.find((each) => each === value);
      if (level) return level;
      const text = `Cannot check cells at level ${JSON.stringify(value)} (${where}): it is "error", "warn" or "off"`;
      if (value === undefined || this.complaints.has(text)) continue;
      this.complaints.add(text);
      complain(text);
    }
    return "error";
  }

  /** Reads the metadata again when the file has changed: front ends do not send it, but save it. */
  private read(): void {
    const stat = this.notebook === null ? undefined : statSync(this.notebook, { throwIfNoEntry: false });
    const now = stat ? `${stat.mtimeMs} ${stat.size}` : this.readAt; // moved away: what was read counts
    if (now === this.readAt) return;
    this.readAt = now;
    try {
      const text = readFileSync(this.notebook!, "utf8");
      this.inNotebook = text.includes('"typecheck"') ? typecheckOf(JSON.parse(text)) : undefined;
    } catch {
      // Half written or no notebook: what was read before counts, and the next save is read.
    }
  }
}

function typecheckOf(notebook: unknown): unknown {
  const { metadata } = notebook as { metadata?: { cellar?: { typecheck?: unknown } | null } };
  return metadata?.cellar?.typecheck;
}
