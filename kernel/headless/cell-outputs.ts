import type { Json } from "../../src/contracts/json.js";
import type { ErrorContent, JsonObject, MimeBundle } from "../protocol/messages.js";

/** An output as nbformat 4 keeps it. */
export type CellOutput =
  | { readonly output_type: "stream"; readonly name: "stdout" | "stderr"; text: string }
  | { readonly output_type: "display_data"; data: MimeBundle; metadata: JsonObject }
  | {
      readonly output_type: "execute_result";
      data: MimeBundle;
      metadata: JsonObject;
      readonly execution_count: number | null;
    }
  | {
      readonly output_type: "error";
      readonly ename: string;
      readonly evalue: string;
      readonly traceback: readonly string[];
    };

export interface Display {
  readonly type: "display_data" | "update_display_data" | "execute_result";
  readonly data: MimeBundle;
  readonly metadata: JsonObject;
  readonly displayId: string | null;
  readonly count: number | null;
}

/** The outputs of a notebook's cells as they come, put together as a front end would. */
export class CellOutputs {
  private readonly byCell = new Map<string, CellOutput[]>();
  private readonly byDisplayId = new Map<string, Extract<CellOutput, { data: MimeBundle }>[]>();
  private readonly clearLate = new Set<string>();

  /** The outputs of a cell until now. */
  of(cell: string): readonly CellOutput[] {
    return this.byCell.get(cell) ?? [];
  }

  print(cell: string, name: "stdout" | "stderr", text: string): void {
    const last = this.listFor(cell).at(-1);
    if (last?.output_type === "stream" && last.name === name) last.text += text;
    else this.listFor(cell).push({ output_type: "stream", name, text });
  }

  show(cell: string, { type, data, metadata, displayId, count }: Display): void {
    if (type === "update_display_data") {
      for (const output of this.byDisplayId.get(displayId ?? "") ?? []) Object.assign(output, { data, metadata });
      return;
    }
    const output: Extract<CellOutput, { data: MimeBundle }> =
      type === "display_data"
        ? { output_type: type, data, metadata }
        : { output_type: type, data, metadata, execution_count: count };
    this.listFor(cell).push(output);
    if (displayId !== null) this.byDisplayId.set(displayId, [...(this.byDisplayId.get(displayId) ?? []), output]);
  }

  fail(cell: string, { ename, evalue, traceback }: ErrorContent): void {
    this.listFor(cell).push({ output_type: "error", ename, evalue, traceback });
  }

  /** @param wait until the next output comes. */
  clear(cell: string, wait: boolean): void {
    if (wait) this.clearLate.add(cell);
    else this.byCell.set(cell, []);
  }

  /** The newest data of a MIME type in a cell, one for each output that has it. */
  dataOf(cell: string, mime: string): Json[] {
    return this.of(cell).flatMap((output) =>
      "data" in output && output.data[mime] !== undefined ? [output.data[mime]] : [],
    );
  }

  private listFor(cell: string): CellOutput[] {
    let list = this.byCell.get(cell);
    if (!list || this.clearLate.delete(cell)) {
      list = [];
      this.byCell.set(cell, list);
    }
    return list;
  }
}
