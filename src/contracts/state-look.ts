/**
 * How a state looks wherever it is shown: in a widget, in an HTML or SVG fallback, in a terminal.
 * A glyph and a word always stand together with the colour, so that colour is never the only sign.
 */
import type { StateType } from "./records.js";

/** What a state means to a person; each tone has one colour per theme. */
export type StateTone = "waiting" | "active" | "good" | "quiet" | "warn" | "bad";

export interface StateLook {
  /** One character that is no emoji, so that it takes the text's colour everywhere. */
  readonly glyph: string;
  readonly word: string;
  readonly tone: StateTone;
}

export const STATE_LOOKS: { readonly [T in StateType]: StateLook } = {
  Pending: { glyph: "○", word: "Pending", tone: "waiting" },
  Scheduled: { glyph: "◷", word: "Scheduled", tone: "waiting" },
  Retrying: { glyph: "↻", word: "Retrying", tone: "warn" },
  Paused: { glyph: "‖", word: "Paused", tone: "warn" },
  Resume: { glyph: "▷", word: "Resuming", tone: "waiting" },
  Submitted: { glyph: "◌", word: "Submitted", tone: "waiting" },
  Queued: { glyph: "≡", word: "Queued", tone: "waiting" },
  Running: { glyph: "◐", word: "Running", tone: "active" },
  Cancelling: { glyph: "◒", word: "Cancelling", tone: "warn" },
  Success: { glyph: "✓", word: "Success", tone: "good" },
  Cached: { glyph: "◆", word: "Cached", tone: "good" },
  Mapped: { glyph: "⊞", word: "Mapped", tone: "good" },
  Skipped: { glyph: "»", word: "Skipped", tone: "quiet" },
  Looped: { glyph: "∞", word: "Looped", tone: "active" },
  Failed: { glyph: "✕", word: "Failed", tone: "bad" },
  TimedOut: { glyph: "⊗", word: "Timed out", tone: "bad" },
  TriggerFailed: { glyph: "⊘", word: "Trigger failed", tone: "bad" },
  ValidationFailed: { glyph: "≠", word: "Validation failed", tone: "bad" },
  Crashed: { glyph: "↯", word: "Crashed", tone: "bad" },
  Cancelled: { glyph: "■", word: "Cancelled", tone: "quiet" },
};
