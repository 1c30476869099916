/** What a person has set for the views; the settings page writes it, views read it when they draw. */
export interface Preferences {
  /** The view in which a run opens; "auto" takes the graph, or the list of a large run. */
  readonly firstView: "auto" | "Graph" | "Timeline" | "Tasks" | "Logs";
  /** A run that took at least so many seconds announces its end; 0 announces none. */
  readonly announceAfterSeconds: number;
  /** Asks before a run is cancelled. */
  readonly confirmCancel: boolean;
  /** Asks before everything of a run is run again. */
  readonly confirmRunAll: boolean;
  /** IANA name of the time zone in which moments are shown; "" takes the browser's. */
  readonly timeZone: string;
  /** How often at most a live view is drawn, in times a second. */
  readonly liveRate: number;
}

const DEFAULTS: Preferences = {
  firstView: "auto",
  announceAfterSeconds: 20,
  confirmCancel: false,
  confirmRunAll: false,
  timeZone: "",
  liveRate: 10,
};

let current: Preferences = DEFAULTS;

export const preferences = (): Preferences => current;

/** Takes over what was set; what is missing or of another kind keeps its default. */
export function setPreferences(set: { readonly [name: string]: unknown }): void {
  const known = Object.entries(DEFAULTS).map(([name, value]) => {
    const wanted = set[name];
    return [name, typeof wanted === typeof value ? wanted : value] as const;
  });
  const next = Object.fromEntries(known) as unknown as Preferences;
  current = { ...next, timeZone: isTimeZone(next.timeZone) ? next.timeZone : "" };
}

function isTimeZone(name: string): boolean {
  if (name === "") return true;
  try {
    new Intl.DateTimeFormat(undefined, { timeZone: name });
    return true;
  } catch {
    return false; // RangeError: no such zone
  }
}
