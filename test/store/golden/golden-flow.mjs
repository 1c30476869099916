/** The flow of the stores kept here, for the library of any version: its last task fails while `state.fails`. */
export function goldenFlow({ flow, task }, state) {
  const small = task("small", () => ({ when: new Date(0), big: 12n, list: [1, undefined, Number.NaN] }));
  const large = task("large", () => `${"x".repeat(70_000)} end`);
  const item = task("item", (n) => n * 2);
  const cached = task("cached", () => "kept for long", { cacheFor: "36500d" });
  const gate = task("gate", (...values) => {
    if (state.fails) throw Object.assign(new Error("not yet"), { stack: "Error: not yet" }); // a stack names folders
    return values.length;
  });
  return flow("golden", () => {
    const calls = { small: small(), large: large(), items: item.map([1, 2, 3]), cached: cached() };
    return { ...calls, gate: gate(calls.small, calls.large, calls.items, calls.cached) };
  });
}
