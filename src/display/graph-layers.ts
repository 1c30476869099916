/** Which layer of a graph each node belongs to. Nodes are indexes; `links` holds the upstream of each. */

/** Upstream neighbours by index, each once, without the edges that would close a cycle. */
export function linksOf(nodes: readonly { readonly id: string; readonly upstream: readonly string[] }[]): number[][] {
  const indexOf = new Map(nodes.map((node, index) => [node.id, index]));
  const links = nodes.map((node) => [
    ...new Set(node.upstream.map((id) => indexOf.get(id)).filter((index) => index !== undefined)),
  ]);
  const mark = new Uint8Array(nodes.length); // 1 while on the way down, 2 when done
  for (let root = 0; root < nodes.length; root += 1) {
    if (mark[root]) continue;
    const stack: [number, number][] = [[root, 0]];
    mark[root] = 1;
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const next = links[top[0]]![top[1]];
      if (next === undefined) {
        mark[top[0]] = 2;
        stack.pop();
      } else if (mark[next] === 1) {
        links[top[0]]!.splice(top[1], 1);
      } else {
        top[1] += 1;
        if (!mark[next]) {
          mark[next] = 1;
          stack.push([next, 0]);
        }
      }
    }
  }
  return links;
}

/** One past the deepest upstream; a source stands just before its first reader. */
export function assignLayers(links: readonly (readonly number[])[]): number[] {
  const waiting = links.map((upstream) => upstream.length);
  const readers: number[][] = links.map(() => []);
  links.forEach((upstream, index) => {
    for (const from of upstream) readers[from]!.push(index);
  });
  const layerOf = links.map(() => 0);
  const ready = links.map((_, index) => index).filter((index) => waiting[index] === 0);
  for (let at = 0; at < ready.length; at += 1) {
    for (const reader of readers[ready[at]!]!) {
      layerOf[reader] = Math.max(layerOf[reader]!, layerOf[ready[at]!]! + 1);
      waiting[reader]! -= 1;
      if (waiting[reader] === 0) ready.push(reader);
    }
  }
  return layerOf.map((layer, index) =>
    links[index]!.length === 0 && readers[index]!.length > 0
      ? readers[index]!.reduce((least, reader) => Math.min(least, layerOf[reader]!), Infinity) - 1
      : layer,
  );
}
