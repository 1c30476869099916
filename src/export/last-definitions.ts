import type { CellParts, ImportedName, Unit } from "./cell-unit.js";
import type { Cell } from "./notebook.js";

/** Names that are declared in several cells belong to the cell that was executed last. */
export function lastDefinitions(
  { units, imports }: CellParts,
  warnings: string[],
): Pick<CellParts, "units" | "imports"> {
  const winners = new Map<string, Cell>();
  const told = new Set<string>();
  const claims = [
    ...imports.flatMap((each) =>
      each.local === null ? [] : [{ ...each, names: [[each.local, ["type", "value"]] as const] }],
    ),
    ...units.map((unit) => ({ ...unit, names: [...unit.binds].map(([name, spaces]) => [name, [...spaces]] as const) })),
  ];
  const cells = [...new Set([...units, ...imports].map(({ cell }) => cell))];
  const claimsOf = new Map<string, Cell[]>();
  for (const { cell, names } of claims)
    for (const [name, spaces] of names)
      for (const space of spaces) claimsOf.set(`${space} ${name}`, [...(claimsOf.get(`${space} ${name}`) ?? []), cell]);
  for (const [key, claimants] of claimsOf) {
    const distinct = [...new Set(claimants)].sort((a, b) => cells.indexOf(a) - cells.indexOf(b));
    const winner = distinct.reduce((best, cell) => (executedLater(cell, best) ? cell : best));
    winners.set(key, winner);
    const name = key.slice(key.indexOf(" ") + 1);
    if (distinct.length > 1 && !told.has(name) && !isSameImport(name, imports, units)) {
      told.add(name);
      warnings.push(
        `\`${name}\` is defined in ${distinct.map(nameOf).join(" and ")}: the one of ${nameOf(winner)} is kept`,
      );
    }
  }
  const wins = (cell: Cell, name: string, spaces: Iterable<string>): boolean =>
    [...spaces].every((space) => winners.get(`${space} ${name}`) === cell);
  const keptUnits = units.filter((unit) => {
    const lost = [...unit.binds].filter(([name, spaces]) => !wins(unit.cell, name, spaces));
    if (lost.length > 0 && lost.length < unit.binds.size)
      throw new Error(
        `Cannot export the cell ${JSON.stringify(unit.cell.id)}: \`${lost[0]![0]}\` is defined again elsewhere, but not all that is declared with it; rename one of them`,
      );
    return lost.length === 0;
  });
  const keptImports = imports.filter(
    ({ local, cell }) => local === null || wins(cell, local, ["type", "value"]) || isSameImport(local, imports, units),
  );
  return { units: keptUnits, imports: keptImports };
}

/** Importing the same thing again is no redefinition. */
function isSameImport(name: string, imports: readonly ImportedName[], units: readonly Unit[]): boolean {
  const origins = new Set(
    imports.filter(({ local }) => local === name).map(({ module, exported }) => `${module}#${exported}`),
  );
  return origins.size === 1 && !units.some(({ binds }) => binds.has(name));
}

const executedLater = (a: Cell, b: Cell): boolean =>
  a.executed === null || b.executed === null || a.executed > b.executed; // cells come in notebook order

/** How messages name a cell. */
export const nameOf = ({ id, executed }: Cell): string =>
  executed === null ? `the cell ${JSON.stringify(id)}` : `cell [${executed}] ${JSON.stringify(id)}`;
