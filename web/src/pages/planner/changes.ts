// Who gains and who loses between two coverages.
import type { Coverage } from './types';

export interface PlaceChange {
  id: string;
  name: string;
  position: [number, number];
  /** How many people more are covered; negative if fewer. */
  people: number;
}

/** Half a person is a rounding of fractions. */
const LEAST = 0.5;

/** The buildings in which another number of people is covered, those with the most people first. */
export function placeChanges(before: Coverage, after: Coverage): PlaceChange[] {
  const was = new Map(before.uncovered.map((place) => [place.id, place]));
  const is = new Map(after.uncovered.map((place) => [place.id, place]));
  const changes: PlaceChange[] = [];
  for (const id of new Set([...was.keys(), ...is.keys()])) {
    const place = is.get(id) ?? was.get(id);
    const people = (was.get(id)?.people ?? 0) - (is.get(id)?.people ?? 0);
    if (!place || Math.abs(people) < LEAST) continue;
    const [lon = 0, lat = 0] = place.position;
    changes.push({ id, name: place.name || id, position: [lon, lat], people });
  }
  return changes.toSorted((a, b) => Math.abs(b.people) - Math.abs(a.people) || a.id.localeCompare(b.id));
}

export interface AreaChange {
  id: string;
  name: string;
  people: number;
  before: number | null;
  after: number | null;
  /** How many people more are covered. */
  more: number;
}

/** Each area before and after, those that gain most first; otherwise in the order of `before`, the worst first. */
export function areaChanges(before: Coverage, after: Coverage): AreaChange[] {
  const is = new Map(after.by.map((area) => [area.id, area]));
  return before.by
    .map((area) => {
      const now = is.get(area.id);
      return {
        id: area.id,
        name: area.name,
        people: area.people,
        before: area.share ?? null,
        after: now?.share ?? null,
        more: now ? now.covered - area.covered : 0,
      };
    })
    .toSorted((a, b) => b.more - a.more);
}
