/** Small verbs over the DOM. Whatever comes from a record enters as a text node or an attribute, never as markup. */

type Attributes = { readonly [name: string]: string | number | boolean | null | undefined };
type Child = Node | string | null | undefined | false;

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element; `class`, `title`, `aria-…` and so on as attributes. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function svgElement<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS(SVG, tag) as SVGElementTagNameMap[K], attributes, children);
}

/** Sets what differs: null, undefined and false take an attribute away, true makes it empty. */
export function setAttributes(node: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) node.removeAttribute(name);
    else {
      const text = value === true ? "" : String(value);
      if (node.getAttribute(name) !== text) node.setAttribute(name, text);
    }
  }
}

export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Puts `children` in this order and takes away the rest, moving only what is out of place. */
export function setChildren(parent: Element, children: readonly Child[]): void {
  const wanted = children.filter((child): child is Node | string => Boolean(child));
  const nodes = wanted.map((child) => (typeof child === "string" ? document.createTextNode(child) : child));
  const keep = new Set(nodes);
  for (const node of [...parent.childNodes]) if (!keep.has(node)) node.remove();
  nodes.forEach((node, index) => {
    const there = parent.childNodes[index];
    if (there !== node) parent.insertBefore(node, there ?? null);
  });
}

/** A drawn thing that stays: `update` changes it in place. */
export interface View<Model, N extends Element = HTMLElement> {
  readonly node: N;
  update(model: Model): void;
}

/** One view per item, found again by key, so that its node survives every update. */
export function keyedViews<Item>(
  parent: Element,
  keyOf: (item: Item) => string,
  make: (item: Item) => View<Item, Element>,
): (items: readonly Item[]) => void {
  let views = new Map<string, View<Item, Element>>();
  return (items) => {
    const next = new Map<string, View<Item, Element>>();
    for (const item of items) {
      const key = keyOf(item);
      if (next.has(key)) continue;
      const view = views.get(key) ?? make(item);
      view.update(item);
      next.set(key, view);
    }
    views = next;
    setChildren(
      parent,
      [...next.values()].map(({ node }) => node),
    );
  };
}

function fill<E extends Element>(node: E, attributes: Attributes, children: readonly Child[]): E {
  setAttributes(node, attributes);
  for (const child of children) if (child) node.append(child);
  return node;
}
