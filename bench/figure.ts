/** One measured figure, with the bar it is held against (spec: figures to reach). */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The bar in the same unit; undefined where the figure is for orientation. */
  readonly bar?: number;
  /** Whether less or more is better. @default "less" */
  readonly better?: "less" | "more";
  /** How often it was measured. */
  readonly samples: number;
  /** Whose figure it is, where several are compared. @default Cellar's */
  readonly subject?: string;
  /** What must be known to read it. */
  readonly note?: string;
}

/** True where the figure reaches its bar, undefined where it has none. */
export function reached({ value, bar, better = "less" }: Figure): boolean | undefined {
  if (bar === undefined || Number.isNaN(value)) return undefined;
  return better === "less" ? value <= bar : value >= bar;
}

/** The middle of the sorted numbers; of an even count, the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

/** The number below which the share `q` (0..1) of the numbers lies, interpolated. @throws {RangeError} without numbers. */
export function quantile(numbers: readonly number[], q: number): number {
  if (numbers.length === 0) throw new RangeError("Cannot take a quantile: there are no numbers");
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)]!;
  const high = sorted[Math.ceil(at)]!;
  return low + (high - low) * (at - Math.floor(at));
}

/** Milliseconds that `body` took. */
export async function timed(body: () => unknown): Promise<number> {
  const start = performance.now();
  await body();
  return performance.now() - start;
}

/** The figures as a table for the terminal, bars beside them. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.subject === undefined ? figure.what : `${figure.subject}: ${figure.what}`,
    shown(figure),
    figure.bar === undefined ? "" : `${figure.better === "more" ? "≥" : "≤"} ${rounded(figure.bar)} ${figure.unit}`,
    { true: "reached", false: "MISSED", undefined: "" }[String(reached(figure)) as "true"],
    String(figure.samples),
  ]);
  const lines = [["what", "median", "bar", "", "samples"], ...rows];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line
        .map((text, column) => text.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/**
 * The figures that several subjects have, as a Markdown table: a row for each thing measured, a column for each subject.
 */
export function comparison(figures: readonly Figure[]): string {
  const compared = figures.filter(({ subject }) => subject !== undefined);
  const subjects = [...new Set(compared.map(({ subject }) => subject!))];
  const rows = [...new Set(compared.map(({ what }) => what))].map((what) => [
    what,
    ...subjects.map((subject) => {
      const figure = compared.find((each) => each.what === what && each.subject === subject);
      return figure ? shown(figure) : "—";
    }),
  ]);
  const lines = [["", ...subjects], ["---", ...subjects.map(() => "---")], ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function shown({ value, unit, note }: Figure): string {
  if (Number.isNaN(value)) return note ?? "—";
  return `${rounded(value)}${unit === "" ? "" : ` ${unit}`}${note ? ` (${note})` : ""}`;
}

const rounded = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
