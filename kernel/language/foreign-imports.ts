/**
 * What to write here instead of an import that other kernels know and Node does not. Undefined for all that Node may
 * import.
 */
export function foreignImport(specifier: string): string | undefined {
  if (specifier === "tslab")
    return "This kernel shows values itself: leave the import out, and write display(value), display(html`<b>text</b>`), svg, md or latex for tslab's display functions";
  if (specifier.startsWith("jsr:")) {
    const name = /^jsr:\/?(@[^/@]+\/[^/@]+)/.exec(specifier)?.[1] ?? "@scope/name";
    return `Packages of jsr come by npm here: run %npm exec --yes jsr add ${name}, and import from "${name}"`;
  }
  if (!/^https?:/.test(specifier)) return undefined;
  const name = packageOf(specifier);
  return name === undefined
    ? "Node imports no URLs: save the file beside the notebook and import it by its path"
    : `Node imports no URLs: run %npm install ${name}, and import from "${name.replace(/(?<=.)@.*$/, "")}"`;
}

/** The package that a URL of a known delivery network leads to, with its version. */
function packageOf(url: string): string | undefined {
  const { hostname, pathname } = new URL(url);
  const path = CDN_PATHS[hostname];
  return path && /^((?:@[^/@]+\/)?[^/@]+(?:@[^/]+)?)/.exec(pathname.replace(path, ""))?.[1];
}

const CDN_PATHS: { readonly [host: string]: RegExp } = {
  "esm.sh": /^\/(?:v\d+\/|stable\/)?/,
  "cdn.skypack.dev": /^\//,
  "unpkg.com": /^\//,
  "cdn.jsdelivr.net": /^\/npm\//,
  "jspm.dev": /^\/(?:npm:)?/,
  "ga.jspm.io": /^\/npm:/,
  "esm.run": /^\//,
};
