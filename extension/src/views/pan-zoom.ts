const SMALLEST = 0.05;
const LARGEST = 2.5;
const PAD = 16;
/** A picture that can be shown whole at this scale begins whole. */
const SMALLEST_WHOLE = 0.35;
/** Where it cannot, it begins at this scale, around what matters. */
const READABLE = 0.85;
const LEAST_HEIGHT = 96;
const MOST_HEIGHT = 420;

/** A rectangle in the picture's own units. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What of the picture is in sight. */
export interface Sight extends Box {
  readonly scale: number;
}

export interface PanZoom {
  /** Size of what is shown; places it again unless the person has moved it. */
  setContent(width: number, height: number): void;
  /** All of it in sight, and so it stays when the frame changes its size. */
  fit(): void;
  zoom(factor: number): void;
  /** Moves just so far that `box` is in sight, and keeps it there when the frame changes its size. */
  reveal(box: Box | undefined): void;
  /** Puts a point of the picture into the middle. */
  centre(x: number, y: number): void;
  readonly sight: Sight;
  dispose(): void;
}

export interface PanZoomOptions {
  /** What the first view is centred on where not all can be shown. */
  readonly important: () => Box | undefined;
  /** The part in sight has changed. */
  readonly changed: () => void;
}

/**
 * Moves and scales `layer` inside `frame`: drag to pan, Ctrl or ⌘ with the wheel (or a pinch) to zoom. The bare
 * wheel is left to the page.
 */
export function panZoom(frame: SVGSVGElement, layer: SVGGElement, { important, changed }: PanZoomOptions): PanZoom {
  let [x, y, scale] = [PAD, PAD, 1];
  let content = { width: 0, height: 0 };
  /** "first": as it began; "whole": the person asked for all of it; "moved": where the person put it. */
  let mode: "first" | "whole" | "moved" = "first";
  let wanted: Box | undefined;
  let frameWidth = 0;
  const apply = () => {
    layer.setAttribute("transform", `translate(${round(x)} ${round(y)}) scale(${round(scale)})`);
    changed();
  };
  const size = () => ({
    width: frameWidth || 720,
    height: Number(frame.getAttribute("height")) || LEAST_HEIGHT,
  });
  const measure = () => {
    frameWidth = frame.getBoundingClientRect().width || frameWidth;
  };
  const zoomAt = (factor: number, atX: number, atY: number) => {
    const next = Math.min(LARGEST, Math.max(SMALLEST, scale * factor));
    x = atX - ((atX - x) * next) / scale;
    y = atY - ((atY - y) * next) / scale;
    scale = next;
    mode = "moved";
    apply();
  };
  const place = () => {
    const { width } = size();
    const across = (width - PAD * 2) / (content.width || 1);
    const whole = Math.min(1, across, (MOST_HEIGHT - PAD * 2) / (content.height || 1));
    scale = mode === "whole" || whole >= SMALLEST_WHOLE ? Math.max(SMALLEST, whole) : READABLE;
    const height = Math.round(Math.min(MOST_HEIGHT, Math.max(LEAST_HEIGHT, content.height * scale + PAD * 2)));
    if (frame.getAttribute("height") !== String(height)) frame.setAttribute("height", String(height));
    const focus = important();
    x = along(width, content.width * scale, focus && (focus.x + focus.width / 2) * scale);
    y = along(height, content.height * scale, focus && (focus.y + focus.height / 2) * scale);
    apply();
  };
  const reveal = () => {
    if (!wanted) return;
    const { width, height } = size();
    const [left, top] = [wanted.x * scale + x, wanted.y * scale + y];
    const [moveX, moveY] = [
      shift(left, left + wanted.width * scale, width),
      shift(top, top + wanted.height * scale, height),
    ];
    if (moveX === 0 && moveY === 0) return;
    x += moveX;
    y += moveY;
    apply();
  };
  const settle = () => {
    const before = frameWidth;
    measure();
    if (before === frameWidth) return; // the height is set here alone
    if (mode !== "moved") place();
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
    mode = "moved";
    wanted = undefined;
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
      measure();
      if (mode !== "moved") place();
    },
    fit() {
      mode = "whole";
      wanted = undefined;
      measure();
      place();
    },
    zoom(factor) {
      const { width, height } = size();
      zoomAt(factor, width / 2, height / 2);
    },
    reveal(box) {
      wanted = box;
      reveal();
    },
    centre(atX, atY) {
      const { width, height } = size();
      x = width / 2 - atX * scale;
      y = height / 2 - atY * scale;
      mode = "moved";
      apply();
    },
    get sight() {
      const { width, height } = size();
      return { x: -x / scale, y: -y / scale, width: width / scale, height: height / scale, scale };
    },
    dispose: () => watcher?.disconnect(),
  };
}

/** Where a picture of `length` begins in a frame: in its middle, or with the point that matters as near to it as can be. */
function along(frame: number, length: number, focus: number | undefined): number {
  if (length <= frame - PAD * 2) return (frame - length) / 2;
  if (focus === undefined) return PAD;
  return Math.min(PAD, Math.max(frame - PAD - length, frame / 2 - focus));
}

/** How far [from, to] has to move to lie inside a frame of `size`. */
const shift = (from: number, to: number, size: number): number =>
  from < PAD ? PAD - from : Math.min(0, size - PAD - to);

const round = (value: number): number => Math.round(value * 1000) / 1000;
