/**
 * A top-level name of a notebook. Compiled cells read and write `v`; a later cell that declares the name again writes
 * the same binding, so that old closures follow. V8 reads and writes it as fast as a variable that a closure holds,
 * for as long as `v` is a plain property of its own: what is not a plain value is an accessor of the prototype.
 */
export class Binding {
  constructor(readonly name: string) {}

  get v(): unknown {
    throw new ReferenceError(`Cannot access '${this.name}' before initialization`);
  }
  set v(value: unknown) {
    Object.defineProperty(this, "v", { value, writable: true, enumerable: true, configurable: true });
  }

  /** The value where it is called: says which name is no function, as a plain call of it would. */
  get f(): unknown {
    const value = this.v;
    if (typeof value !== "function") throw new TypeError(`${this.name} is not a function`);
    return value;
  }

  /** True once a declaration has run. */
  get isSet(): boolean {
    return Object.hasOwn(this, "v") || Object.getPrototypeOf(this) !== Binding.prototype;
  }

  /** The value now; undefined before a declaration has run. */
  get seen(): unknown {
    return this.isSet ? this.v : undefined;
  }

  /** Makes the name an import's: whatever `read` gives at the time. */
  follow(read: () => unknown): void {
    const live = Object.create(Binding.prototype, {
      v: { get: read, set: Object.getOwnPropertyDescriptor(Binding.prototype, "v")!.set!, configurable: true },
    }) as Binding;
    delete (this as { v?: unknown }).v;
    Object.setPrototypeOf(this, live);
  }

  /** What the name is now, to be put back by calling the answer. */
  remember(): () => void {
    const prototype: unknown = Object.getPrototypeOf(this);
    const own = Object.getOwnPropertyDescriptor(this, "v");
    return () => {
      delete (this as { v?: unknown }).v;
      if (Object.getPrototypeOf(this) !== prototype) Object.setPrototypeOf(this, prototype as object);
      if (own) this.v = own.value;
    };
  }
}

// V8 keeps a type with each field: told beforehand that all kinds of values come, it never has to change its mind.
for (const value of [1, 1.5, "text", {}, undefined]) {
  const taught = new Binding("");
  taught.v = value;
  taught.v = null;
}
