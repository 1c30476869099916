/** Shown in place of a secret's text. */
export const MASK = "•••";

/** Texts of `secret()` values and secret parameters → their names. */
const secrets = new Map<string, string>();
/** Environment variables that the author's code reads by name; "*" where it reads them in other ways. */
const variables = new Set<string>();
/** Texts that such variables had: they may have been changed since. */
const seen = new Map<string, string>();

/** Environment variables that say where and how a program runs, which nobody hides. */
const PLAIN_VARIABLES =
  /^(HOME|PWD|OLDPWD|PATH|USER|USERNAME|LOGNAME|SHELL|SHLVL|LANG|LANGUAGE|LC_\w+|TERM\w*|COLORTERM|TZ|TMPDIR|TEMP|TMP|HOSTNAME|EDITOR|DISPLAY|CI|_|NODE_\w+|NO_COLOR|FORCE_COLOR|PYTHON\w*|VIRTUAL_ENV|CONDA_\w+|LS_COLORS|npm_\w+|JPY_SESSION_NAME|CELLAR_\w+|XDG_\w+)$/;
const SECRET_NAME = /KEY|TOKEN|SECRET|PASS|PWD|CRED|AUTH|PRIVATE|DSN|COOKIE|SESSION|SIGN|SALT/i;
const PLAIN_TEXT =
  /^(\d{1,9}(\.\d+)?|true|false|yes|no|on|off|production|development|staging|test|info|debug|warn|error)$/i;
const SHORTEST_SECRET = 3;
const SHORTEST_NAMED = 4;
const SHORTEST_VARIABLE = 6;

const listeners = new Set<() => void>();

/** Calls back once there is something to mask: at once where there is already. */
export function onFirstSecret(listener: () => void): void {
  if (hasSecrets()) listener();
  else listeners.add(listener);
}

/** From now on the text is masked wherever something is shown or stored. */
export function noteSecret(name: string, text: string): void {
  if (text.length < SHORTEST_SECRET) return; // masking it would leave nothing of any text
  secrets.set(text, name);
  tell();
}

/** Treats environment variables like secrets. "*": all that do not only say where a program runs. */
export function noteVariables(names: readonly string[]): void {
  for (const name of names) if (!PLAIN_VARIABLES.test(name)) variables.add(name);
  if (variables.size > 0) tell();
}

function tell(): void {
  for (const listener of listeners) listener();
  listeners.clear();
}

/** Whether there is anything to mask at all. */
export const hasSecrets = (): boolean => secrets.size > 0 || variables.size > 0;

/** The text with every secret in it masked. */
export function maskText(text: string): string {
  if (!hasSecrets() || text === "") return text;
  return known().reduce((shown, [secret]) => shown.replaceAll(formsOf(secret), MASK), text);
}

/** Plain data with every text in it masked; the very value where there is nothing to mask. */
export function masked<T>(value: T): T {
  return hasSecrets() ? (maskedPart(value) as T) : value;
}

function maskedPart(value: unknown): unknown {
  if (typeof value === "string") return maskText(value);
  if (Array.isArray(value)) return value.map(maskedPart);
  const isPlain =
    typeof value === "object" && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));
  if (!isPlain) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [maskText(key), maskedPart(part)]));
}

/** Name of a secret that the text holds, of those that may never be stored; undefined where it holds none. */
export function secretIn(text: string): string | undefined {
  if (!hasSecrets()) return undefined;
  const isKept = (secret: string, name: string) => !secrets.has(secret) && !isSecretVariable(name, secret);
  return known().find(([secret, name]) => !isKept(secret, name) && text.search(formsOf(secret)) >= 0)?.[1];
}

/** Name of the secret that the text is; undefined where it is none. */
export const secretNameOf = (text: string): string | undefined =>
  hasSecrets() ? new Map(known()).get(text) : undefined;

/** Every secret's text with its name; longest first, so that none is masked in part. */
function known(): (readonly [text: string, name: string])[] {
  noteValues();
  return [...seen, ...secrets].sort(([a], [b]) => b.length - a.length);
}

const forms = new Map<string, RegExp>();

/** A secret as it stands in a text: its quotes and line ends may be escaped, as often as texts stand in texts. */
function formsOf(secret: string): RegExp {
  let form = forms.get(secret);
  if (!form) {
    const source = Array.from(secret, (each) => {
      if (/["'`]/.test(each)) return `\\\\*${each}`;
      if (each === "\\") return "\\\\+";
      if (each === "\n") return "(?:\n|\\\\+n)";
      return each.replace(/[$()*+.?[\]^{|}/-]/, "\\$&");
    }).join("");
    form = new RegExp(source, "g");
    forms.set(secret, form);
  }
  return form;
}

function noteValues(): void {
  const names = variables.has("*") ? Object.keys(process.env).filter((name) => !PLAIN_VARIABLES.test(name)) : variables;
  for (const name of names) {
    const text = process.env[name];
    if (text !== undefined && !seen.has(text) && isHidden(name, text)) seen.set(text, name);
  }
}

/** A folder, a plain address, a switch or a count tells nobody anything, whatever variable holds it. */
function isHidden(name: string, text: string): boolean {
  const isNamed = SECRET_NAME.test(name);
  if (text.length < (isNamed ? SHORTEST_NAMED : SHORTEST_VARIABLE)) return false;
  return isNamed || !(PLAIN_TEXT.test(text) || /^(\/|[A-Za-z]:\\)/.test(text) || isPlainAddress(text));
}

function isPlainAddress(text: string): boolean {
  if (!/^[a-z]+:\/\//.test(text) || !URL.canParse(text)) return false;
  const { username, password, search } = new URL(text);
  return username === "" && password === "" && search === "";
}

/** Whether a variable holds what may not even be part of a result: by its name, or since it looks made by a machine. */
const isSecretVariable = (name: string, text: string): boolean =>
  SECRET_NAME.test(name) || (text.length >= 12 && /\d/.test(text) && /[a-z]/i.test(text) && !/\s/.test(text));
