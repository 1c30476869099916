import { Binding } from "./binding.js";
import { BindingsOfCell, type CellBindings } from "./cell-bindings.js";

/** The top-level names of all cells of a notebook, each in one binding that every cell shares. */
export class NotebookScope {
  private readonly bindings = new Map<string, Binding>();
  /** The names as properties that read and write their bindings: for whoever looks from outside of cells. */
  readonly names: object = Object.create(null);

  /** What one cell's script is called with. */
  begin(): CellBindings {
    return new BindingsOfCell((name) => this.binding(name), this.names);
  }

  /** Names and values as they are now; a name that no cell has set yet is left out. */
  values(): { readonly [name: string]: unknown } {
    const values: { [name: string]: unknown } = Object.create(null);
    for (const [name, binding] of this.bindings) if (binding.isSet) values[name] = binding.seen;
    return values;
  }

  private binding(name: string): Binding {
    let binding = this.bindings.get(name);
    if (binding) return binding;
    binding = new Binding(name);
    this.bindings.set(name, binding);
    this.publish(name, binding);
    return binding;
  }

  private publish(name: string, binding: Binding): void {
    const set = (value: unknown): void => {
      binding.v = value;
    };
    if (name in this.names) binding.v = (this.names as { [name: string]: unknown })[name]; // set from outside before
    Object.defineProperty(this.names, name, { get: () => binding.seen, set, enumerable: true, configurable: true });
  }
}
