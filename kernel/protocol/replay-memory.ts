/** How many signatures are remembered: more than arrive while a captured message could be of use. */
const CAPACITY = 65_536;

/** Signatures already seen, so that a captured message cannot be sent again. Forgets the oldest half when full. */
export class ReplayMemory {
  private recent = new Set<string>();
  private older = new Set<string>();

  /** Remembers a signature. False when it was seen before. */
  admit(signature: string): boolean {
    if (this.recent.has(signature) || this.older.has(signature)) return false;
    this.recent.add(signature);
    if (this.recent.size >= CAPACITY / 2) {
      this.older = this.recent;
      this.recent = new Set();
    }
    return true;
  }
}
