/** What people who come from other tools write → what it is called here. */
const MEANT: { readonly [name: string]: string } = {
  retries: "maxRetries",
  max_retries: "maxRetries",
  attempts: "maxRetries",
  retry: "maxRetries",
  retryDelaySeconds: "retryDelay",
  retry_delay: "retryDelay",
  retry_delay_seconds: "retryDelay",
  retryBackoff: "retryDelay",
  backoff: "retryDelay",
  retryCondition: "retryIf",
  retry_condition_fn: "retryIf",
  retry_jitter_factor: "jitter",
  timeoutMs: "timeout",
  timeoutSeconds: "timeout",
  timeout_seconds: "timeout",
  cacheExpiration: "cacheFor",
  cache_expiration: "cacheFor",
  cache_for: "cacheFor",
  cache: "cacheFor",
  cachePolicy: "cacheValidator",
  cache_validator: "cacheValidator",
  cache_key_fn: "cacheKey",
  cacheKeyFn: "cacheKey",
  cache_key: "cacheKey",
  persistResult: "checkpoint",
  persist_result: "checkpoint",
  resultSerializer: "serializer",
  result_serializer: "serializer",
  result_handler: "serializer",
  on_failure: "onFailure",
  state_handlers: "stateHandlers",
  onStateChange: "stateHandlers",
  skip_on_upstream_skip: "skipOnUpstreamSkip",
  tag: "tags",
  params: "parameters",
  parameter: "parameters",
  inputs: "parameters",
  runner: "executor",
  taskRunner: "executor",
  task_runner: "executor",
  max_workers: "workers",
  maxWorkers: "workers",
  threads: "workers",
  maxConcurrency: "concurrency",
  limit: "concurrency",
  max_wait: "maxWait",
  restart: "from",
  startFrom: "from",
  task_states: "taskStates",
  states: "taskStates",
};

/**
 * Refuses options that do not exist: one that is misspelled would be ignored without a word.
 * @param what "define task "x"": the action, for the message.
 * @throws {TypeError} naming the option, and the one that was meant where it can be guessed.
 */
export function checkOptions(what: string, options: unknown, known: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw new TypeError(`Cannot ${what}: its options are ${options === null ? "null" : `no object`}`);
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const meant = meantName(name, known);
    const hint = meant ? `; did you mean ${JSON.stringify(meant)}?` : ` (there are ${known.join(", ")})`;
    throw new TypeError(`Cannot ${what}: there is no option ${JSON.stringify(name)}${hint}`);
  }
}

function meantName(name: string, known: readonly string[]): string | undefined {
  const listed = Object.hasOwn(MEANT, name) ? MEANT[name] : undefined;
  if (listed && known.includes(listed)) return listed;
  const plain = (text: string) => text.replaceAll("_", "").toLowerCase();
  const near = known
    .map((each) => ({ each, distance: editDistance(plain(each), plain(name)) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return near && near.distance <= Math.max(1, Math.floor(name.length / 4)) ? near.each : undefined;
}

/** Insertions, removals and changes of a character that make `b` of `a`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
