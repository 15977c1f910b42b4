// The destination, and its form in the URL of the page.
import type { LocationQuery, LocationQueryRaw } from 'vue-router';

export interface Target {
  collection: string;
  id: string;
  unit: string | null;
  room: string | null;
}

const one = (value: LocationQuery[string] | undefined): string | null => {
  const text = Array.isArray(value) ? value[0] : value;
  return text ? text : null;
};

/**
 * Parses the destination from a query: `?b=` is a building, as in the URL on its plate; `?to=` is any other feature.
 */
export function targetOf(query: LocationQuery): Target | null {
  const building = one(query['b']);
  if (building) return { collection: 'buildings', id: building, unit: one(query['unit']), room: one(query['room']) };
  const [, collection, id] = /^(\w+)\/(.+)$/.exec(one(query['to']) ?? '') ?? [];
  return collection && id ? { collection, id, unit: null, room: null } : null;
}

export const queryOf = ({ collection, id, unit, room }: Target): LocationQueryRaw =>
  collection === 'buildings'
    ? { b: id, ...(unit ? { unit } : {}), ...(room ? { room } : {}) }
    : { to: `${collection}/${id}` };

/** Returns a building's name without that of its compound, because the title bar is narrow. */
export function shortName({
  id,
  name,
  compound_name: compound,
}: {
  id: string;
  name?: string | null;
  compound_name?: string | null;
}): string {
  if (!name) return id;
  return compound && name.length > compound.length && name.startsWith(compound) ? name.slice(compound.length) : name;
}
