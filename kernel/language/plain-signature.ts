/** What the compiler shows of a name, without the import by which a cell sees it. */
export const plainSignature = (shown: string): string =>
  shown.replace(/^\(alias\) /, "").replace(/\nimport [^\n]*$/, "");

/** What the shown text declares, as editors name it: "function", "class" …; undefined for members and the like. */
export function declaredKind(shown: string): string | undefined {
  const word = /^(?:abstract )?(function|class|const|let|var|interface|enum|namespace|type)\b/.exec(shown)?.[1];
  return word === "namespace" ? "module" : word;
}
