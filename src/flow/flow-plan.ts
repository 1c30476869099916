/** What would become of a call, or of the children of a mapped one, in a run. */
export interface PlannedCall {
  /** The call's name in its flow. */
  readonly name: string;
  /** "run": it would be called; "reuse": kept from an earlier attempt, or given; "hit": taken from the cache; "skip": it would end without being called. */
  readonly action: "run" | "reuse" | "hit" | "skip";
  /** Why; null where there is nothing to say. */
  readonly reason: string | null;
  /** Of a mapped call whose children are known: how many of them would be run, reused and hit. */
  readonly children?: PlanCounts;
}

/** How many task runs would be called, kept and taken from the cache; the children of a map count one by one. */
export interface PlanCounts {
  /** Would be called. */
  readonly run: number;
  /** Would be kept from an earlier attempt, or as they were given. */
  readonly reuse: number;
  /** Would be taken from the cache. */
  readonly hit: number;
}

/** What a run would do now. Nothing is called or written for it. */
export interface FlowPlan {
  /** The run that would be resumed; null where a new one would begin. */
  readonly resumes: string | null;
  /** Each call of the flow, behind what it waits for. */
  readonly calls: readonly PlannedCall[];
  /** All of them together. */
  readonly counts: PlanCounts;
  /** In a sentence: "will run 3, keeps 12". */
  readonly summary: string;
}
