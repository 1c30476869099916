const SMALLEST = 0.15;
const LARGEST = 2.5;
const PAD = 16;
/** Names stay readable until the person asks to see all: a larger picture begins at its start instead. */
const SMALLEST_AT_FIRST = 0.8;
/** A little less than that where it brings all in sight. */
const SMALLEST_WHOLE = 0.75;
const LEAST_HEIGHT = 96;
const MOST_HEIGHT = 420;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PanZoom {
  /** Size of what is shown; places it again unless the person has moved it. */
  setContent(width: number, height: number): void;
  /** All of it in sight. */
  fit(): void;
  zoom(factor: number): void;
  /** Moves just so far that `box` is in sight, and keeps it there when the frame changes its size. */
  reveal(box: Box | undefined): void;
  dispose(): void;
}

/**
 * Moves and scales `layer` inside `frame`: drag to pan, Ctrl or ⌘ with the wheel (or a pinch) to zoom. The bare
 * wheel is left to the page.
 */
export function panZoom(frame: SVGSVGElement, layer: SVGGElement): PanZoom {
  let [x, y, scale] = [PAD, PAD, 1];
  let content = { width: 0, height: 0 };
  let touched = false;
  let wanted: Box | undefined;
  const apply = () => layer.setAttribute("transform", `translate(${round(x)} ${round(y)}) scale(${round(scale)})`);
  const size = () => ({
    width: frame.getBoundingClientRect().width || 720,
    height: Number(frame.getAttribute("height")) || LEAST_HEIGHT,
  });
  const zoomAt = (factor: number, atX: number, atY: number) => {
    const next = Math.min(LARGEST, Math.max(SMALLEST, scale * factor));
    x = atX - ((atX - x) * next) / scale;
    y = atY - ((atY - y) * next) / scale;
    scale = next;
    touched = true;
    apply();
  };
  const fit = (wanted: number) => {
    const { width } = size();
    const whole = (width - PAD * 2) / (content.width || 1);
    const smallest = whole >= SMALLEST_WHOLE ? Math.min(wanted, whole) : wanted;
    const across = Math.min(1, Math.max(smallest, whole));
    const height = Math.min(MOST_HEIGHT, Math.max(LEAST_HEIGHT, content.height * across + PAD * 3));
    frame.setAttribute("height", String(Math.round(height)));
    scale = Math.max(smallest, Math.min(across, (height - PAD * 2) / (content.height || 1)));
    x = Math.max(PAD, (width - content.width * scale) / 2);
    y = Math.max(PAD, (height - content.height * scale) / 2);
    apply();
  };
  const reveal = () => {
    if (!wanted) return;
    const { width, height } = size();
    const [left, top] = [wanted.x * scale + x, wanted.y * scale + y];
    x += shift(left, left + wanted.width * scale, width);
    y += shift(top, top + wanted.height * scale, height);
    apply();
  };
  const settle = () => {
    if (!touched) fit(SMALLEST_AT_FIRST);
    reveal();
  };
  const onWheel = (event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = frame.getBoundingClientRect();
    zoomAt(Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
  };
  let drag: { readonly id: number; readonly x: number; readonly y: number; moved: boolean } | undefined;
  const onDown = (event: PointerEvent) => {
    if (event.button === 0) drag = { id: event.pointerId, x: event.clientX - x, y: event.clientY - y, moved: false };
  };
  const onMove = (event: PointerEvent) => {
    if (!drag || event.pointerId !== drag.id) return;
    const [nextX, nextY] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.moved && Math.hypot(nextX - x, nextY - y) < 4) return; // a click that trembles
    if (!drag.moved) frame.setPointerCapture(drag.id);
    drag.moved = true;
    touched = true;
    [x, y] = [nextX, nextY];
    apply();
  };
  const onUp = () => {
    drag = undefined;
  };
  frame.addEventListener("wheel", onWheel, { passive: false });
  frame.addEventListener("pointerdown", onDown);
  frame.addEventListener("pointermove", onMove);
  frame.addEventListener("pointerup", onUp);
  frame.addEventListener("pointercancel", onUp);
  const watcher = typeof ResizeObserver === "undefined" ? undefined : new ResizeObserver(settle);
  watcher?.observe(frame);
  return {
    setContent(width, height) {
      if (width === content.width && height === content.height) return;
      content = { width, height };
      if (!touched) fit(SMALLEST_AT_FIRST);
    },
    fit() {
      touched = false;
      fit(SMALLEST);
    },
    zoom(factor) {
      const { width, height } = size();
      zoomAt(factor, width / 2, height / 2);
    },
    reveal(box) {
      wanted = box;
      reveal();
    },
    dispose: () => watcher?.disconnect(),
  };
}

/** How far [from, to] has to move to lie inside a frame of `size`. */
const shift = (from: number, to: number, size: number): number =>
  from < PAD ? PAD - from : Math.min(0, size - PAD - to);

const round = (value: number): number => Math.round(value * 1000) / 1000;
