// Decides how the wall screen reacts to an import: its message, and whether the camera moves there.
import type { Bbox } from '@/core/api/types';
import type { Bilingual } from '@/core/i18n/lang';
import { countedWords } from '@/core/i18n/words';
import { contains, intersects, union } from '@/core/map/bounds';
import type { Arrival } from './wallState';
import { words } from './words';

/**
 * Changes of fewer features than this within the shown area are everyday work and are not
 * announced.
 */
const WORTH_SAYING = 20;

export interface Reaction {
  toast: Bilingual | null;
  flyTo: Bbox | null;
}

const size = (a: Arrival): number => Math.max(Math.abs(a.after - a.before), a.named);

/** `seen` is the area that the wall screen shows by default; null for an empty map. */
export function reactTo(arrivals: Arrival[], seen: Bbox | null): Reaction {
  const placed = arrivals.filter((a) => a.bbox);
  // Buildings come first, because people see and count them, and their extent is not enlarged by a single long
  // road.
  const lead = arrivals.find((a) => a.collection === 'buildings') ?? arrivals.toSorted((a, b) => size(b) - size(a))[0];
  if (!lead) return { toast: null, flyTo: null };

  const large = arrivals.some((a) => a.named === 0) || arrivals.reduce((n, a) => n + a.named, 0) >= WORTH_SAYING;
  let box: Bbox | null = lead.collection === 'buildings' ? lead.bbox : null;
  for (const a of box ? [] : placed) box = union(box, a.bbox);

  const outside = box !== null && (seen === null || (large ? !contains(grown(seen), box) : !intersects(seen, box)));
  const flyTo = box && (lead.wasEmpty || outside) ? box : null;
  return { toast: large || flyTo ? says(lead) : null, flyTo };
}

function says(lead: Arrival): Bilingual {
  const added = lead.after - lead.before;
  const n = added > 0 ? added : lead.named || lead.after;
  const what = countedWords(lead.collection, n);
  const verb = added > 0 ? 'imported' : 'updated';
  return { zh: words.zh[verb](what.zh), en: words.en[verb](what.en) };
}

/**
 * The box enlarged by a tenth at each side, so that an import at the edge does not count as outside
 * of it.
 */
function grown([west, south, east, north]: Bbox): Bbox {
  const [dx, dy] = [(east - west) / 10, (north - south) / 10];
  return [west - dx, south - dy, east + dx, north + dy];
}
