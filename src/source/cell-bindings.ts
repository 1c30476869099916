import type { Binding } from "./binding.js";
import { LoopPace } from "./loop-pace.js";

/** What the script of a cell asks for its names (cell-frame.ts), and whoever runs it for what it did. */
export interface CellBindings {
  /** The notebook's names as properties. */
  readonly names: object;
  /** How a loop tells when to publish its variables (local-loops.ts). */
  readonly pace: LoopPace;
  /** The binding of a name that the cell declares. */
  own(name: string): Binding;
  /** The binding of a name of earlier cells. */
  earlier(name: string): Binding;
  /** Binds an import; `read` gives the export as the module has it at the time. */
  bindImport(
    binding: Binding,
    module: object,
    exported: string,
    from: string,
    mayLack: boolean,
    read: () => unknown,
  ): void;
  /** Puts the names of earlier cells back as they were. Gives those that this cell declared first, and that have a value. */
  undo(): string[];
}

export class BindingsOfCell implements CellBindings {
  readonly pace = new LoopPace();
  /** Declared by this cell → puts back what an earlier cell declared; undefined where none did. */
  private readonly declared = new Map<Binding, (() => void) | undefined>();

  constructor(
    readonly earlier: (name: string) => Binding,
    readonly names: object,
  ) {}

  own(name: string): Binding {
    const binding = this.earlier(name);
    this.declared.set(binding, binding.isSet ? binding.remember() : undefined);
    return binding;
  }

  bindImport(
    binding: Binding,
    module: object,
    exported: string,
    from: string,
    mayLack: boolean,
    read: () => unknown,
  ): void {
    if (exported === "*" || exported in module) {
      binding.follow(read);
      return;
    }
    // What Node's lexer does not find in a CommonJS module is in its default export.
    const whole = (module as { default?: unknown }).default;
    if (whole !== null && (typeof whole === "object" || typeof whole === "function") && exported in whole)
      binding.follow(() => (whole as { [name: string]: unknown })[exported]);
    else if (mayLack) binding.v = undefined;
    else throw new SyntaxError(`The requested module '${from}' does not provide an export named '${exported}'`);
  }

  undo(): string[] {
    const bound: string[] = [];
    for (const [binding, restore] of this.declared) {
      if (restore) restore();
      else if (binding.isSet) bound.push(binding.name);
    }
    this.declared.clear();
    return bound;
  }
}
