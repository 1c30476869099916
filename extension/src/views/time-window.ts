const NARROWEST = 1 / 500;

/** The part of a span of time that is in sight, as fractions of it. */
export interface TimeWindow {
  readonly start: number;
  readonly width: number;
  zoom(factor: number, at?: number): void;
  fit(): void;
}

/**
 * Zooms and moves what lies along `frame`: Ctrl or ⌘ with the wheel (or a pinch) zooms at the pointer, Shift with the
 * wheel or a sideways wheel moves. The bare wheel is left to the page.
 * @param across the track in pixels, by which a pointer's place becomes a fraction.
 */
export function timeWindow(
  frame: HTMLElement,
  across: () => { readonly left: number; readonly width: number },
  changed: () => void,
): TimeWindow {
  let [start, width] = [0, 1];
  const place = (nextStart: number, nextWidth: number) => {
    width = Math.min(1, Math.max(NARROWEST, nextWidth));
    start = Math.min(1 - width, Math.max(0, nextStart));
    changed();
  };
  const zoom = (factor: number, at = 0.5) => {
    const next = Math.min(1, Math.max(NARROWEST, width / factor));
    place(start + (width - next) * at, next);
  };
  frame.addEventListener(
    "wheel",
    (event) => {
      const track = across();
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        const at = (event.clientX - track.left) / (track.width || 1);
        zoom(Math.exp(-event.deltaY / 300), Math.min(1, Math.max(0, at)));
      } else {
        const step = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
        if (width === 1 || Math.abs(step) <= (event.shiftKey ? 0 : Math.abs(event.deltaY))) return;
        event.preventDefault();
        place(start + (step / (track.width || 1)) * width, width);
      }
    },
    { passive: false },
  );
  return {
    get start() {
      return start;
    },
    get width() {
      return width;
    },
    zoom,
    fit: () => place(0, 1),
  };
}
