/** Numbers from 0 to 1 that a seed decides (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const SCALARS: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  0,
  -0,
  1.5,
  -1e300,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0n,
  -12345678901234567890n,
  "",
  "héllo",
  "\ud800",
  "__proto__",
  "[0]",
];
const KEYS = ["a", "b", "__proto__", "constructor", "toString", "0", "10", "", "a b", "v", "nodes"];

/** A value of any kind that ValueSerializer holds, with shared parts and cycles. */
export function randomValue(random: () => number, depth = 4, made: object[] = []): unknown {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  if (depth === 0 || random() < 0.3) return pick(SCALARS);
  if (made.length > 0 && random() < 0.1) return pick(made);
  const part = (): unknown => randomValue(random, depth - 1, made);
  const times = Math.floor(random() * 5);
  const keep = <T extends object>(value: T): T => {
    made.push(value);
    return value;
  };
  const put = (target: object): object => {
    for (let count = 0; count < times; count += 1)
      Object.defineProperty(target, pick(KEYS), {
        value: part(),
        configurable: true,
        enumerable: true,
        writable: true,
      });
    return target;
  };
  const kinds: readonly (() => unknown)[] = [
    () => put(keep({})),
    () => put(keep(Object.create(null) as object)),
    () => {
      const array = keep([] as unknown[]);
      for (let count = 0; count < times; count += 1) array.push(part());
      if (random() < 0.2) array.length += 2;
      return array;
    },
    () => {
      const map = keep(new Map());
      for (let count = 0; count < times; count += 1) map.set(part(), part());
      return map;
    },
    () => {
      const set = keep(new Set());
      for (let count = 0; count < times; count += 1) set.add(part());
      return set;
    },
    () => keep(new Date(random() < 0.2 ? Number.NaN : Math.floor(random() * 1e12))),
    () => keep(/a(b)?/giu),
    () => keep(new URL("https://example.org/a?b=c#d")),
    () => keep(new Float64Array([random(), -0, Number.NaN])),
    () => keep(Buffer.from("bytes")),
    () => keep(new Uint8Array([1, 2, 3]).buffer),
    () => keep(new RangeError("out", { cause: part() })),
    () => keep(new AggregateError([part(), part()], "many")),
  ];
  return pick(kinds)();
}
