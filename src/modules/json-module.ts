/**
 * A JSON file as an ES module: the whole by default, and its keys by name, as the compiler types it.
 * @throws {SyntaxError} naming the file.
 */
export function jsonModule(path: string, text: string): string {
  const json = text.replace(/^\uFEFF/, "");
  const value = parseJson(path, json);
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const keys = isObject ? Object.keys(value).filter((key) => key !== "default" && /^[\w$]+$/.test(key)) : [];
  const named = keys.map((key, at) => `const $${at} = $[${JSON.stringify(key)}]; export { $${at} as "${key}" };`);
  return [`const $ = JSON.parse(${JSON.stringify(json)}); export default $;`, ...named].join("\n");
}

function parseJson(path: string, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new SyntaxError(`Cannot read "${path}": ${(cause as Error).message}`, { cause });
  }
}
