// The differences between two coverages, by building and by area.
import type { Coverage } from './types';

export interface PlaceChange {
  id: string;
  name: string;
  position: [number, number];
  /** The change in people covered; negative if fewer are covered. */
  people: number;
}

/** Changes of fewer people than this are ignored: the numbers of people are fractions. */
const LEAST = 0.5;

/** The buildings in which the number of people covered changes, the largest change first. */
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
  /** The shares covered, from 0 to 1; null if nobody lives there. */
  before: number | null;
  after: number | null;
  /** The change in people covered; negative if fewer are covered. */
  more: number;
}

/**
 * The change of each area, the largest gain first. Areas with equal gains keep the order of
 * `before`.
 */
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
