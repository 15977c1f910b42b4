// Turns a plan of the solver into edits of the scenario.
import type { Edit, Site } from './types';
import { freeNumber, parkAround, positionOf, sitesOf, withSite, type TriedSite } from './draft';
import type { CoverageBody } from './types';

type FacilityBody = NonNullable<CoverageBody['facility']>;

/**
 * The edits with a plan: new sites are put, stations that move get their new place. Of `existing`, those that the plan
 * does not keep are removed; it is empty if all are kept.
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

/** Generated candidates are named by their id, which tells people nothing. */
export const hasName = ({ id, name }: Pick<Site, 'id' | 'name'>): boolean => name !== '' && name !== id;

/** Ids of candidates may be ids of other features, such as of the shop that hosts a station. */
const idOf = (candidate: string): string =>
  candidate.startsWith('plan-') ? candidate : `plan-${candidate.replace(/[^\w.-]+/g, '-')}`;
