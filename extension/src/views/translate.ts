/** What of JupyterLab's translation bundle the views use. */
interface Bundle {
  __(text: string, ...values: readonly string[]): string;
}

let bundle: Bundle | undefined;

/** Has the views speak the language of the page. Called before any view is made. */
export function setTranslation(next: Bundle): void {
  bundle = next;
}

/** A text of the views in the language of the page. @param values take the places of %1, %2 … */
export function t(text: string, ...values: readonly string[]): string {
  if (bundle) return bundle.__(text, ...values);
  return text.replace(/%(\d)/g, (place, number) => values[Number(number) - 1] ?? place);
}
