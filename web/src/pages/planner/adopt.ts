// Turns a plan of the solver into edits of the scenario.
import type { Edit, Site } from './types';
import { freeNumber, parkAround, positionOf, sitesOf, withSite, type TriedSite } from './draft';
import type { CoverageBody } from './types';

type FacilityBody = NonNullable<CoverageBody['facility']>;

/**
 * Adds a plan to the edits of a scenario: new sites are put, and facilities that move get their new
 * position. Facilities in `existing` that the plan does not contain are deleted. `existing` is
 * empty if all facilities stay.
 */
export function withPlan(
  edits: readonly Edit[],
  plan: readonly Site[],
  facility: FacilityBody,
  nameOf: (n: number) => string,
  existing: readonly string[] = [],
): Edit[] {
  let next: Edit[] = [...edits];
  for (const site of plan) {
    if (site.from) {
      const isPark = facility.collection === 'pocket_parks';
      const position = positionOf(site.position);
      const geometry = isPark ? parkAround(position) : { type: 'Point' as const, coordinates: position };
      next = [
        ...next.filter((edit) => !(edit.collection === facility.collection && edit.id === site.from)),
        { collection: facility.collection, id: site.from, op: 'patch', properties: {}, geometry },
      ];
    } else if (!site.existing) {
      const known: TriedSite[] = sitesOf(next, facility);
      const name = hasName(site) ? site.name : nameOf(freeNumber(known));
      next = withSite(next, { id: idOf(site.id), name, position: positionOf(site.position) }, facility);
    }
  }
  const kept = new Set(plan.flatMap((site) => [site.id, site.from ?? '']));
  const gone = existing.filter((id) => !kept.has(id));
  return [...next, ...gone.map((id): Edit => ({ collection: facility.collection, id, op: 'delete' }))];
}

/** Whether a site has a name for people. The name of a generated candidate is its id. */
export const hasName = ({ id, name }: Pick<Site, 'id' | 'name'>): boolean => name !== '' && name !== id;

/**
 * The id of the new feature. The id of a candidate may belong to another feature, such as the shop
 * that hosts it.
 */
const idOf = (candidate: string): string =>
  candidate.startsWith('plan-') ? candidate : `plan-${candidate.replace(/[^\w.-]+/g, '-')}`;
