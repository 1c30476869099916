const SMALLEST = 0.15;
const LARGEST = 2.5;
const PAD = 16;

export interface PanZoom {
  /** Size of what is shown; fits it again unless the person has moved it. */
  setContent(width: number, height: number): void;
  fit(): void;
  zoom(factor: number): void;
  /** Moves just so far that the rectangle is in sight. */
  reveal(x: number, y: number, width: number, height: number): void;
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
  const apply = () => layer.setAttribute("transform", `translate(${round(x)} ${round(y)}) scale(${round(scale)})`);
  const size = () => {
    const box = frame.getBoundingClientRect();
    return { width: box.width || 720, height: box.height || Number(frame.getAttribute("height")) || 240 };
  };
  const zoomAt = (factor: number, atX: number, atY: number) => {
    const next = Math.min(LARGEST, Math.max(SMALLEST, scale * factor));
    x = atX - ((atX - x) * next) / scale;
    y = atY - ((atY - y) * next) / scale;
    scale = next;
    touched = true;
    apply();
  };
  const fit = () => {
    const { width, height } = size();
    const room = Math.min((width - PAD * 2) / (content.width || 1), (height - PAD * 2) / (content.height || 1));
    scale = Math.min(1, Math.max(SMALLEST, room));
    x = Math.max(PAD, (width - content.width * scale) / 2);
    y = Math.max(PAD, (height - content.height * scale) / 2);
    apply();
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
  const watcher = typeof ResizeObserver === "undefined" ? undefined : new ResizeObserver(() => !touched && fit());
  watcher?.observe(frame);
  return {
    setContent(width, height) {
      if (width === content.width && height === content.height) return;
      content = { width, height };
      if (!touched) fit();
    },
    fit() {
      touched = false;
      fit();
    },
    zoom(factor) {
      const { width, height } = size();
      zoomAt(factor, width / 2, height / 2);
    },
    reveal(left, top, width, height) {
      const frameSize = size();
      const [fromX, fromY] = [left * scale + x, top * scale + y];
      const [toX, toY] = [fromX + width * scale, fromY + height * scale];
      if (fromX < PAD) x += PAD - fromX;
      else if (toX > frameSize.width - PAD) x -= toX - frameSize.width + PAD;
      if (fromY < PAD) y += PAD - fromY;
      else if (toY > frameSize.height - PAD) y -= toY - frameSize.height + PAD;
      apply();
    },
    dispose: () => watcher?.disconnect(),
  };
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
