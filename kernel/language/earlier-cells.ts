import { type CellDeclarations, isCellModule } from "./cell-declarations.js";
import type { DeclaredName } from "./cell-parts.js";
import type { CellFile } from "./cell-program.js";
import type { GlobalTypes } from "./global-types.js";

interface Visible extends DeclaredName {
  /** The ambient module that holds the name's declaration. */
  readonly module: string;
}

/** What earlier cells declared and later cells may use. Of a name declared again, the newest counts. */
export class EarlierCells {
  private readonly visible = new Map<string, Visible>();
  private readonly modules = new Map<string, CellDeclarations>();
  private readonly references = new Set<string>();
  private readonly globalImports = new Set<string>();
  private made = 0;

  /** The name of the ambient module for a cell; shown in messages that tell apart types of the same name. */
  moduleName(count: number): string {
    const name = `cell [${count}]`;
    return this.modules.has(name) ? `${name} (${++this.made})` : name;
  }

  /** Makes the names of a cell visible. */
  add(module: string, declared: ReadonlyMap<string, DeclaredName>, declarations: CellDeclarations): void {
    for (const [name, each] of declared) this.visible.set(name, { ...each, module });
    this.modules.set(module, declarations);
    this.forgetUnreachable();
  }

  /** Keeps what a cell brought for the types of all later cells. */
  keepGlobals({ references, imports }: GlobalTypes): void {
    for (const each of references) this.references.add(each);
    for (const each of imports) this.globalImports.add(each);
  }

  get names(): ReadonlyMap<string, DeclaredName> {
    return this.visible;
  }

  clear(): void {
    this.visible.clear();
    this.modules.clear();
    this.references.clear();
    this.globalImports.clear();
  }

  /**
   * What a cell needs of earlier ones, so that a check costs the same however many there are.
   * @param wanted names that it uses and does not declare; undefined for all.
   * @param references `/// <reference … />` lines of the cell itself.
   */
  view(
    wanted: ReadonlySet<string> | undefined,
    declared: ReadonlySet<string>,
    references: readonly string[],
  ): Pick<CellFile, "head" | "declarations" | "globalImports"> {
    const perModule = new Map<string, string[]>();
    const variables: string[] = [];
    const needed = new Set<string>();
    for (const name of wanted ?? this.visible.keys()) {
      const found = this.visible.get(name);
      if (!found || declared.has(name)) continue;
      needed.add(found.module);
      const from = JSON.stringify(found.module);
      // An import cannot be assigned to, a variable of an earlier cell can.
      if (found.isVariable) variables.push(`declare let ${name}: typeof import(${from}).${name};`);
      else perModule.set(from, [...(perModule.get(from) ?? []), name]);
    }
    const imports = [...perModule].map(([from, names]) => `import { ${names.join(", ")} } from ${from};`);
    const head = [...imports, ...variables].join(" ");
    return {
      head: head === "" ? "" : `${head}\n`,
      declarations: [
        ...new Set([...this.references, ...references]),
        ...[...this.reachable(needed)].map((name) => this.declaration(name)),
      ].join("\n"),
      globalImports: [...this.globalImports].map((name) => `import ${JSON.stringify(name)};`).join("\n"),
    };
  }

  private declaration(name: string): string {
    return `declare module ${JSON.stringify(name)} {\n${this.modules.get(name)!.text}\n}`;
  }

  /** Modules that others refer to, and those that change global types, which all cells see. */
  private reachable(from: ReadonlySet<string>): ReadonlySet<string> {
    const found = new Set<string>();
    const follow = (name: string): void => {
      if (found.has(name) || !this.modules.has(name)) return;
      found.add(name);
      for (const next of this.modules.get(name)!.needs) follow(next);
    };
    for (const [name, { augments }] of this.modules) if (augments) follow(name);
    for (const name of from) follow(name);
    return found;
  }

  private forgetUnreachable(): void {
    const kept = this.reachable(new Set([...this.visible.values()].map(({ module }) => module)));
    for (const name of this.modules.keys()) if (isCellModule(name) && !kept.has(name)) this.modules.delete(name);
  }
}
