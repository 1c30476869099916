import ts = require("typescript");

import type { CellFile, OpenCell } from "./cell-program.js";
import { declaredKind, plainSignature } from "./plain-signature.js";

/** A name that "cellar" exports. */
export interface LibraryName {
  readonly name: string;
  /** As editors name it: "function", "class", "interface" … */
  readonly kind: string;
}

const BEFORE = "import { ";
const ASKING: CellFile = {
  head: "",
  text: `${BEFORE} } from "cellar";`,
  tail: "",
  isTsx: false,
  declarations: "",
  globalImports: "",
};

/** What "cellar" exports, values and types. Takes as long as reading the library's types when nothing has yet. */
export function libraryNames(open: (cell: CellFile) => OpenCell): readonly LibraryName[] {
  const { service, path } = open(ASKING);
  const found = service.getCompletionsAtPosition(path, BEFORE.length, {});
  return (found?.entries ?? [])
    .filter(({ kind }) => kind !== ts.ScriptElementKind.keyword)
    .map(({ name, kind, data }) => {
      const details = service.getCompletionEntryDetails(path, BEFORE.length, name, {}, undefined, {}, data);
      const shown = plainSignature(ts.displayPartsToString(details?.displayParts));
      return { name, kind: declaredKind(shown) ?? kind };
    });
}
