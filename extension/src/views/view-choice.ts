/** The views of a run, in the order of their tabs. */
export const TABS = ["Graph", "Timeline", "Tasks", "Logs"] as const;
export type Tab = (typeof TABS)[number];

/** What a person chose to look at in a run. */
export interface ViewChoice {
  readonly tab: Tab | undefined;
  /** Name of the selected call, or id of a mapped child's task run. */
  readonly selected: string | undefined;
}

const KEY = "cellar:view ";

/** What was chosen in this page before, also before it was reloaded. */
export function readChoice(runId: string): ViewChoice {
  try {
    const read: unknown = JSON.parse(storage()?.getItem(KEY + runId) ?? "{}");
    const { tab, selected } = (typeof read === "object" && read !== null ? read : {}) as Partial<ViewChoice>;
    return {
      tab: TABS.find((each) => each === tab),
      selected: typeof selected === "string" ? selected : undefined,
    };
  } catch {
    return { tab: undefined, selected: undefined }; // somebody else's text under this key
  }
}

export function writeChoice(runId: string, choice: ViewChoice): void {
  try {
    storage()?.setItem(KEY + runId, JSON.stringify(choice));
  } catch {
    // storage is full: the choice lasts until the page is reloaded
  }
}

/** Undefined where a page may not keep anything. */
function storage(): Storage | undefined {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined;
  }
}
