// The areas in the order of a table of contents: a street, its communities, and their grids.

export interface AreaRow {
  id: string;
  name?: string;
  kind?: string;
  parent?: string;
}

export interface AreaChoice {
  id: string;
  name: string;
  depth: number;
}

/** The areas, each after the one that contains it. Areas whose parents form a circle are listed at the end. */
export function ordered(rows: readonly AreaRow[]): AreaChoice[] {
  const known = new Set(rows.map((row) => row.id));
  const below = new Map<string, AreaRow[]>();
  for (const row of rows) {
    const parent = row.parent !== undefined && known.has(row.parent) && row.parent !== row.id ? row.parent : '';
    below.set(parent, [...(below.get(parent) ?? []), row]);
  }
  const found: AreaChoice[] = [];
  const seen = new Set<string>();
  const add = (parent: string, depth: number): void => {
    const own = (below.get(parent) ?? []).toSorted((a, b) => a.id.localeCompare(b.id));
    for (const row of own) {
      if (seen.has(row.id)) continue;
      seen.add(row.id);
      found.push({ id: row.id, name: row.name ?? row.id, depth });
      add(row.id, depth + 1);
    }
  };
  add('', 0);
  for (const row of rows) if (!seen.has(row.id)) found.push({ id: row.id, name: row.name ?? row.id, depth: 0 });
  return found;
}
