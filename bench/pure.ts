import { type LayoutNode, layoutGraph } from "../src/display/graph-layout.js";
import { ValueSerializer } from "../src/index.js";
import { type Figure, median, timed } from "./figure.js";

const ROUNDS = 15;
const ROWS = 2000;
const NODES = 1000;

/** What needs neither store nor kernel: the default serializer, and the layout of a graph. */
export async function pureFigures(): Promise<Figure[]> {
  return [await serializerFigure(), await layoutFigure()];
}

async function serializerFigure(): Promise<Figure> {
  const serializer = new ValueSerializer();
  const rows = Array.from({ length: ROWS }, (_, id) => ({
    id,
    name: `row number ${id}`,
    price: id / 7,
    when: new Date(id * 1000),
    tags: ["a", "b"],
    note: id % 3 === 0 ? null : undefined,
  }));
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    times.push(await timed(() => serializer.deserialize(JSON.parse(JSON.stringify(serializer.serialize(rows))))));
  const what = `serializer: ${ROWS} rows to text and back`;
  return { what, value: median(times), unit: "ms", bar: 10, samples: ROUNDS };
}

/** Each node waits for up to three before it. */
async function layoutFigure(): Promise<Figure> {
  const nodes: LayoutNode[] = Array.from({ length: NODES }, (_, place) => ({
    id: `n${place}`,
    upstream: [1, 7, 31].filter((back) => back <= place && (place * back) % 5 !== 0).map((back) => `n${place - back}`),
    width: 160,
    height: 44,
  }));
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push(await timed(() => layoutGraph(nodes)));
  return { what: `layout: a graph of ${NODES} tasks`, value: median(times), unit: "ms", bar: 20, samples: ROUNDS };
}
