import { Window } from "happy-dom";

/** Gives this process a document; import it before the views. */
const window = new Window({ url: "http://localhost/" });
for (const name of [
  "window",
  "document",
  "Node",
  "Event",
  "KeyboardEvent",
  "MouseEvent",
  "HTMLElement",
  "Element",
] as const)
  Object.defineProperty(globalThis, name, { value: name === "window" ? window : window[name], configurable: true });

for (const name of ["requestAnimationFrame", "getComputedStyle"] as const)
  Object.defineProperty(globalThis, name, { value: window[name].bind(window), configurable: true });

/** Ends what the window keeps running. */
export const closeDom = (): Promise<void> => window.happyDOM.close();
