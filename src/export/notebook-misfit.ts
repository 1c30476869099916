/** Deeper than any front end's; a reader that calls itself would end the stack, and zod keep what it was reading. */
const DEEPEST = 500;

/** Why a file's JSON cannot be read as a notebook of ours, in words; undefined where it can. */
export function notebookMisfit(json: unknown): string | undefined {
  if (depthOf(json) > DEEPEST) return `it is nested deeper than ${DEEPEST} levels`;
  return whyNoNotebook(json) ?? whyOtherLanguage(json as { metadata?: unknown });
}

function whyNoNotebook(json: unknown): string | undefined {
  if (!isObject(json) || Array.isArray(json))
    return `it is ${Array.isArray(json) ? "a list" : `JSON of another kind (${typeof json})`}, not a notebook`;
  const { nbformat, cells } = json as { readonly nbformat?: unknown; readonly cells?: unknown };
  if (nbformat === undefined) return "it is JSON, but not a notebook: it does not say its nbformat";
  if (typeof nbformat === "number" && nbformat < 4)
    return `it is a notebook of format ${nbformat}; convert it: jupyter nbconvert --to notebook --nbformat 4`;
  if (nbformat !== 4) return `its format ${JSON.stringify(nbformat)} is not known here; formats 4.0 to 4.5 are`;
  if (!Array.isArray(cells)) return "it has no list of cells";
  return undefined;
}

const OURS = /^(typescript|javascript|ts|js|node(js)?|tslab|jslab|deno|cellar)$/i;

/** The kernel that a notebook names decides; what an earlier kernel noted of its language may be older. */
function whyOtherLanguage({ metadata }: { readonly metadata?: unknown }): string | undefined {
  const { kernelspec, language_info: info } = (isObject(metadata) ? metadata : {}) as { [key: string]: unknown };
  const { name, language } = (isObject(kernelspec) ? kernelspec : {}) as { [key: string]: unknown };
  const noted = isObject(info) ? (info as { name?: unknown }).name : undefined;
  const said = [language, noted, typeof name === "string" ? /^[a-z]*/i.exec(name)?.[0] : undefined];
  const found = said.find((each) => typeof each === "string" && each !== "");
  if (found === undefined || name === "cellar" || OURS.test(found as string)) return undefined;
  return `it is a notebook in ${JSON.stringify(found)}, and Cellar runs TypeScript; choose the kernel "cellar" in it`;
}

function depthOf(json: unknown): number {
  let level = [json].filter(isObject);
  let depth = 0;
  for (; level.length > 0 && depth <= DEEPEST; depth += 1)
    level = level.flatMap((part) => Object.values(part)).filter(isObject);
  return depth;
}

const isObject = (part: unknown): part is object => typeof part === "object" && part !== null;
