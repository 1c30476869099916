/** Places a graph in layers; imports nothing of Node's, so that the browser shares it with the fallbacks. */
import { assignLayers, linksOf } from "./graph-layers.js";

export type LayoutDirection = "LR" | "TB";

export interface LayoutNode {
  readonly id: string;
  /** Ids of the nodes it waits for; unknown ids and the edges that close a cycle are left out. */
  readonly upstream: readonly string[];
  readonly width: number;
  readonly height: number;
}

export interface PlacedNode {
  readonly id: string;
  /** Left upper corner, pixels. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly layer: number;
  /** Position within its layer, from 0. */
  readonly order: number;
}

export interface PlacedEdge {
  readonly from: string;
  readonly to: string;
  /** SVG path data, from the border of `from` to the border of `to`. */
  readonly path: string;
}

export interface GraphLayout {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

/** A real node, or a bend of an edge that crosses a layer (`node` undefined). `across` is the coordinate along the layer. */
interface Slot {
  readonly node: LayoutNode | undefined;
  readonly layer: number;
  readonly size: number;
  readonly up: Slot[];
  readonly down: Slot[];
  across: number;
  order: number;
  /** Where its neighbours would have it; least room between it and the first of its layer. */
  wish: number;
  offset: number;
}

const LAYER_GAP = 56;
const NODE_GAP = 18;
const BEND_SIZE = 6;
const ORDER_SWEEPS = 6;
const PLACE_SWEEPS = 8;
/** Past this many bends an edge goes straight: the picture is a thicket anyway, and time matters more. */
const MOST_BENDS = 3000;

/** Layers by longest path, few crossings (barycentres), straight edges (least squares). Same input, same layout. */
export function layoutGraph(
  nodes: readonly LayoutNode[],
  { direction = "LR" }: { readonly direction?: LayoutDirection } = {},
): GraphLayout {
  if (nodes.length === 0) return { nodes: [], edges: [], width: 0, height: 0 };
  const sideways = direction === "LR";
  const links = linksOf(nodes);
  const layerOf = assignLayers(links);
  const { layers, slots, chains } = makeSlots(nodes, links, layerOf, sideways);
  orderLayers(layers);
  placeAcross(layers);

  const starts: number[] = [];
  const thickness = layers.map((layer) =>
    layer.reduce((most, { node }) => Math.max(most, node ? (sideways ? node.width : node.height) : 0), 0),
  );
  let along = 0;
  for (const thick of thickness) {
    starts.push(along);
    along += thick + LAYER_GAP;
  }
  const least = Math.min(...layers.map((layer) => layer[0]!.across - layer[0]!.size / 2));
  const most = Math.max(...layers.map((layer) => layer.at(-1)!.across + layer.at(-1)!.size / 2));

  const placed = nodes.map((node): PlacedNode => {
    const slot = slots.get(node.id)!;
    const inLayer = starts[slot.layer]! + (sideways ? 0 : (thickness[slot.layer]! - node.height) / 2);
    const inOrder = slot.across - slot.size / 2 - least;
    const [x, y] = sideways ? [inLayer, inOrder] : [inOrder, inLayer];
    return { id: node.id, x, y, width: node.width, height: node.height, layer: slot.layer, order: slot.order };
  });
  const edges = chains.map((chain): PlacedEdge => {
    const [from, to] = [chain[0]!, chain.at(-1)!];
    const size = (slot: Slot) => (sideways ? slot.node!.width : slot.node!.height);
    const inset = (slot: Slot) => (sideways ? 0 : (thickness[slot.layer]! - size(slot)) / 2);
    const points: [number, number][] = [[starts[from.layer]! + inset(from) + size(from), from.across - least]];
    for (const bend of chain.slice(1, -1)) {
      points.push([starts[bend.layer]!, bend.across - least]);
      points.push([starts[bend.layer]! + thickness[bend.layer]!, bend.across - least]);
    }
    points.push([starts[to.layer]! + inset(to), to.across - least]);
    return { from: from.node!.id, to: to.node!.id, path: curve(points, sideways) };
  });
  const [length, breadth] = [along - LAYER_GAP, most - least];
  return { nodes: placed, edges, width: sideways ? length : breadth, height: sideways ? breadth : length };
}

function makeSlots(
  nodes: readonly LayoutNode[],
  links: readonly (readonly number[])[],
  layerOf: readonly number[],
  sideways: boolean,
) {
  const layers: Slot[][] = [];
  const slots = new Map<string, Slot>();
  const add = (node: LayoutNode | undefined, layer: number): Slot => {
    layers[layer] ??= [];
    const size = node ? (sideways ? node.height : node.width) : BEND_SIZE;
    const slot: Slot = {
      node,
      layer,
      size,
      up: [],
      down: [],
      across: 0,
      order: layers[layer].length,
      wish: 0,
      offset: 0,
    };
    layers[layer].push(slot);
    return slot;
  };
  for (let layer = 0; layer <= Math.max(...layerOf); layer += 1) layers[layer] = [];
  nodes.forEach((node, index) => {
    slots.set(node.id, add(node, layerOf[index]!));
  });
  let bends = 0;
  const chains: Slot[][] = [];
  nodes.forEach((node, index) => {
    const to = slots.get(node.id)!;
    for (const from of links[index]!) {
      const chain = [slots.get(nodes[from]!.id)!];
      for (let layer = layerOf[from]! + 1; layer < to.layer && bends < MOST_BENDS; layer += 1) {
        bends += 1;
        chain.push(add(undefined, layer));
      }
      chain.push(to);
      for (let at = 1; at < chain.length; at += 1) {
        chain[at]!.up.push(chain[at - 1]!);
        chain[at - 1]!.down.push(chain[at]!);
      }
      chains.push(chain);
    }
  });
  return { layers, slots, chains };
}

/** Sorts each layer by the mean position of its neighbours, from the left and from the right in turn. */
function orderLayers(layers: readonly Slot[][]): void {
  for (let sweep = 0; sweep < ORDER_SWEEPS; sweep += 1) {
    const forward = sweep % 2 === 0;
    for (const layer of forward ? layers : layers.toReversed()) {
      for (const slot of layer) slot.wish = meanOf(forward ? slot.up : slot.down, "order") ?? slot.order;
      layer.sort((a, b) => a.wish - b.wish || a.order - b.order);
      layer.forEach((slot, order) => {
        slot.order = order;
      });
    }
  }
}

/** Pulls every slot towards the mean of its neighbours, as far as order and gaps allow. */
function placeAcross(layers: readonly Slot[][]): void {
  for (const layer of layers) {
    let offset = 0;
    layer.forEach((slot, index) => {
      const before = layer[index - 1];
      if (before) offset += (before.size + slot.size) / 2 + (before.node || slot.node ? NODE_GAP : BEND_SIZE);
      slot.offset = offset;
    });
    for (const slot of layer) slot.across = slot.offset - offset / 2;
  }
  for (let sweep = 0; sweep < PLACE_SWEEPS; sweep += 1) {
    const forward = sweep % 2 === 0;
    const last = sweep >= PLACE_SWEEPS - 2;
    for (const layer of forward ? layers : layers.toReversed()) {
      for (const slot of layer) {
        const { up, down } = slot;
        const before = last || forward ? meanOf(up, "across") : undefined;
        const after = last || !forward ? meanOf(down, "across") : undefined;
        if (before === undefined || after === undefined) slot.wish = before ?? after ?? slot.across;
        else slot.wish = (before * up.length + after * down.length) / (up.length + down.length);
      }
      settle(layer);
    }
  }
}

/**
 * The positions nearest to the wished ones (least squares) that keep order and gaps: pool adjacent
 * violators over wishes from which the room of those before is taken off.
 */
function settle(layer: readonly Slot[]): void {
  const sums = new Float64Array(layer.length);
  const weights = new Float64Array(layer.length);
  const ends = new Int32Array(layer.length);
  let last = -1;
  layer.forEach((slot, index) => {
    last += 1;
    weights[last] = slot.node ? 1 : 4; // bends pull harder, so that long edges run straight
    sums[last] = (slot.wish - slot.offset) * weights[last]!;
    ends[last] = index + 1;
    while (last > 0 && sums[last - 1]! * weights[last]! > sums[last]! * weights[last - 1]!) {
      sums[last - 1]! += sums[last]!;
      weights[last - 1]! += weights[last]!;
      ends[last - 1] = ends[last]!;
      last -= 1;
    }
  });
  for (let pool = 0, index = 0; pool <= last; pool += 1)
    for (const mean = sums[pool]! / weights[pool]!; index < ends[pool]!; index += 1)
      layer[index]!.across = mean + layer[index]!.offset;
}

function meanOf(slots: readonly Slot[], what: "order" | "across"): number | undefined {
  let sum = 0;
  for (const slot of slots) sum += slot[what];
  return slots.length === 0 ? undefined : sum / slots.length;
}

/** A smooth line through points of (along, across), leaving and arriving along the flow. */
function curve(points: readonly [number, number][], sideways: boolean): string {
  const text = ([along, across]: [number, number]) =>
    sideways ? `${tenth(along)} ${tenth(across)}` : `${tenth(across)} ${tenth(along)}`;
  let path = `M${text(points[0]!)}`;
  for (let at = 1; at < points.length; at += 1) {
    const [from, to] = [points[at - 1]!, points[at]!];
    const middle = (from[0] + to[0]) / 2;
    path +=
      tenth(from[1]) === tenth(to[1])
        ? `L${text(to)}`
        : `C${text([middle, from[1]])} ${text([middle, to[1]])} ${text(to)}`;
  }
  return path;
}

const tenth = (value: number): number => Math.round(value * 10) / 10 + 0;
