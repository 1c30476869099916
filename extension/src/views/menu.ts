import { element } from "./element.js";

export interface MenuItem {
  readonly text: string;
  /** Why it cannot be chosen now. */
  readonly refusal?: string | undefined;
  choose(): void;
}

let close: (() => void) | undefined;

/** Opens a menu at a point of the page: arrow keys walk it, Escape and a click elsewhere close it. */
export function openMenu(owner: HTMLElement, items: readonly MenuItem[], x: number, y: number): void {
  close?.();
  const before = document.activeElement as HTMLElement | null;
  const buttons = items.map(({ text, refusal, choose }) => {
    const button = element(
      "button",
      {
        type: "button",
        role: "menuitem",
        tabindex: -1,
        title: refusal ?? null,
        "aria-disabled": refusal ? "true" : null,
      },
      text,
    );
    button.addEventListener("click", () => {
      if (refusal) return;
      close?.();
      choose();
    });
    return button;
  });
  const menu = element(
    "div",
    { class: "jp-Cellar cl-menu", role: "menu", "data-lm-suppress-shortcuts": true },
    ...buttons,
  );
  menu.style.left = `${x}px`;
  menu.style.top = `${y}px`;
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") close?.();
    else if (step) {
      const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
      buttons[(at + step + buttons.length) % buttons.length]?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const outside = (event: Event): void => {
    if (!menu.contains(event.target as Node)) close?.();
  };
  close = () => {
    close = undefined;
    document.removeEventListener("pointerdown", outside, true);
    menu.remove();
    (before ?? owner).focus?.();
  };
  document.addEventListener("pointerdown", outside, true);
  document.body.append(menu);
  const box = menu.getBoundingClientRect();
  if (box.bottom > window.innerHeight) menu.style.top = `${Math.max(0, window.innerHeight - box.height - 4)}px`;
  if (box.right > window.innerWidth) menu.style.left = `${Math.max(0, window.innerWidth - box.width - 4)}px`;
  buttons[0]?.focus();
}
