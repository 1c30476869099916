import {
  type ErrorRecord,
  FAILED_TYPES,
  type FlowRunRecord,
  type GraphNode,
  NO_RESULT_RECORD,
  type ResultRecord,
  type StateRecord,
  type StateType,
  type TaskRunRecord,
} from "../../src/contracts/records.js";

/** Records as the store gives them, for the tests of what is drawn. */

/** Start of every sample run. */
export const START = Date.UTC(2026, 2, 4, 9, 30);

export const sampleResult: ResultRecord = {
  v: 1,
  kind: "Result",
  id: "5f2a9c1e0b7d4a8896c3e1f2a4b5c6d7e8f90123456789abcdef0123456789ab",
  serialized: true,
  serializer: "value",
  bytes: 18_432,
  preview: '[ { name: "acorn", licence: "MIT", bytes: 558080 },\n  { name: "zod", licence: "MIT", bytes: 4102233 } ]',
};

export const sampleError: ErrorRecord = {
  name: "Error",
  message: "Cannot write the report: the folder “reports” does not exist",
  stack:
    "Error: Cannot write the report: the folder “reports” does not exist\n    at writeReport (cell-4:12:11)\n    at audit (cell-4:31:5)",
  cause: { name: "Error", message: "ENOENT: no such file or directory, open 'reports/licences.md'" },
};

export function sampleState(type: StateType, more: Partial<StateRecord> = {}): StateRecord {
  const failed = FAILED_TYPES.includes(type);
  return {
    v: 1,
    type,
    message: failed ? "Task run failed." : null,
    timestamp: START + 3200,
    runCount: 1,
    result: type === "Success" || type === "Cached" ? sampleResult : NO_RESULT_RECORD,
    ...(type === "Failed" && { error: sampleError }),
    ...more,
  };
}

interface TaskSketch {
  readonly type: StateType;
  readonly from?: number;
  readonly to?: number | null;
  readonly more?: Partial<TaskRunRecord>;
  readonly state?: Partial<StateRecord>;
}

export function sampleTask(name: string, { type, from = 0, to = 100, more, state }: TaskSketch): TaskRunRecord {
  return {
    id: `task-${name}-${more?.mapIndex ?? "x"}`,
    flowRunId: "run-1",
    attempt: 2,
    name,
    task: name,
    mapIndex: null,
    state: sampleState(type, state),
    maxAttempts: 1,
    kept: false,
    startedAt: START + from,
    endedAt: to === null ? null : START + to,
    reason: null,
    ...more,
  };
}

export const node = (name: string, upstream: readonly string[] = [], more: Partial<GraphNode> = {}): GraphNode => ({
  name,
  task: name,
  upstream,
  mapped: false,
  tags: [],
  ...more,
});

/** Five tasks: two kept, one failed, one that could not start, one that ran. */
export function failedRun(more: Partial<FlowRunRecord> = {}): FlowRunRecord {
  return {
    v: 1,
    id: "run-1",
    flow: "licence audit",
    place: { file: "quickstart.ipynb", cell: "cell-4" },
    state: sampleState("Failed", { message: "Some reference tasks failed.", error: undefined as never }),
    attempt: 2,
    kept: 2,
    ran: 3,
    createdAt: START - 60_000,
    startedAt: START,
    endedAt: START + 4210,
    parameters: { folder: "." },
    graph: [
      node("readLock"),
      node("listPackages", ["readLock"]),
      node("findLicences", ["listPackages"], { tags: ["io"] }),
      node("writeReport", ["findLicences"]),
      node("drawChart", ["listPackages", "findLicences"]),
      node("publish", ["writeReport", "drawChart"]),
    ],
    tasks: [
      sampleTask("readLock", { type: "Success", from: -40_000, to: -39_880, more: { kept: true, reason: "kept" } }),
      sampleTask("listPackages", { type: "Success", from: -39_000, to: -37_600, more: { kept: true, reason: "kept" } }),
      sampleTask("findLicences", { type: "Success", from: 20, to: 2900, more: { reason: "inputs changed: folder" } }),
      sampleTask("writeReport", {
        type: "Failed",
        from: 2930,
        to: 4180,
        more: { maxAttempts: 3 },
        state: { runCount: 3 },
      }),
      sampleTask("drawChart", { type: "Success", from: 2930, to: 3750 }),
      sampleTask("publish", {
        type: "TriggerFailed",
        from: 4190,
        to: 4200,
        state: { message: 'Trigger was "all_successful" but some upstream tasks failed.', runCount: 0 },
        more: { startedAt: null },
      }),
    ],
    ...more,
  };
}

/** A run over `count` packages while it goes on. */
export function mappedRun(count: number, done = Math.floor(count * 0.7)): FlowRunRecord {
  const child = (index: number): TaskRunRecord =>
    sampleTask("inspect", {
      type:
        index % 37 === 5 && index < done
          ? "Failed"
          : index < done
            ? "Success"
            : index < done + 4
              ? "Running"
              : "Pending",
      from: 400 + index * 20,
      to: index < done ? 900 + index * 20 + (index % 7) * 60 : null,
      more: { mapIndex: index, ...(index >= done + 4 && { startedAt: null }) },
    });
  return failedRun({
    id: "run-2",
    flow: "inspect packages",
    attempt: 1,
    kept: 0,
    ran: done,
    state: sampleState("Running", { message: null }),
    endedAt: null,
    graph: [
      node("readLock"),
      node("inspect", ["readLock"], { mapped: true }),
      node("byLicence", ["inspect"]),
      node("bySize", ["inspect"]),
      node("report", ["byLicence", "bySize"]),
    ],
    tasks: [
      sampleTask("readLock", { type: "Success", from: 10, to: 380 }),
      sampleTask("inspect", {
        type: "Running",
        from: 390,
        to: null,
        state: { progress: { fraction: 0.7, message: null } },
      }),
      ...Array.from({ length: count }, (_, index) => child(index)),
    ],
  });
}

/** A layered graph of `count` tasks, each reading up to three of the layer before. */
export function largeRun(count: number): FlowRunRecord {
  const breadth = 25;
  const graph = Array.from({ length: count }, (_, index) => {
    const layer = Math.floor(index / breadth);
    const upstream = [0, 1, 7].map((step) => `task-${(layer - 1) * breadth + ((index + step) % breadth)}`);
    return node(`task-${index}`, layer === 0 ? [] : upstream);
  });
  return failedRun({
    id: "run-3",
    flow: "large",
    state: sampleState("Success"),
    graph,
    tasks: graph.map(({ name }, index) => sampleTask(name, { type: "Success", from: index, to: index + 20 })),
  });
}

/** Texts that would run, break out, reorder or break a parser where they are not taken as text. */
export const HOSTILE_TEXTS = [
  "<img src=x onerror=alert(1)>",
  "<script>alert(1)</script>",
  '"><svg onload=alert(1)>',
  "'--><iframe srcdoc='<script>alert(1)</script>'></iframe>",
  "javascript:alert(1)",
  "</table></svg></text><b onmouseover=alert(1)>x</b>",
  "]]><script>alert(1)</script>",
  "&lt;script&gt;alert(1)&lt;/script&gt; &#60;img src=x onerror=alert(1)&#62;",
  "\u0000\u0008\u001b[31mred",
  "\u202egnp.exe",
  "\ud800 alone",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a template that must stay text
  "${alert(1)} {{alert(1)}}",
  "a\n# heading\n| cell |",
] as const;

/** `text` wherever a record takes text. */
export function hostileRun(text: string): FlowRunRecord {
  const error: ErrorRecord = {
    name: text,
    message: text,
    stack: `${text}\n    at ${text} (${text}:1:1)`,
    cause: { name: text, message: text },
  };
  const result: ResultRecord = { ...sampleResult, serializer: text, preview: text };
  const state = sampleState("Failed", { message: text, error, result });
  return failedRun({
    id: text,
    flow: text,
    place: { file: text, cell: text },
    state,
    parameters: { [text]: text },
    graph: [node(text, [], { task: text, tags: [text] }), node(`${text}2`, [text], { mapped: true })],
    tasks: [
      { ...sampleTask(text, { type: "Failed" }), state, reason: text, task: text },
      {
        ...sampleTask(`${text}2`, { type: "Success" }),
        state: sampleState("Success", { message: text, result }),
        reason: text,
      },
      { ...sampleTask(`${text}2`, { type: "Failed", more: { mapIndex: 0 } }), state },
    ],
  });
}
