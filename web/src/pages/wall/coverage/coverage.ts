// What the coverage view of the wall screen shows, and when it asks again. Pure functions.
import { COUNTED } from '@/core/planning/client';
import { facilityOf, type FacilityBody, type FacilityKey, type FacilityPoint } from '@/core/planning/facilities';
import type { Area, Coverage, Standard } from '@/core/planning/types';
import type { CommitEvent } from '@/core/api/types';
import { showsCases, type View } from '../settings';

/**
 * The facilities that count if neither the standard nor the address of the screen names any: party service centres, the
 * first facility of a living circle.
 */
export const USUAL_FACILITY: FacilityKey = 'party_service_centre';

/** The collections from which the walking network is built. The network is a moment behind them. */
const OF_NETWORK = new Set(['buildings', 'entrances', 'routes', 'compounds', 'barriers', 'turns']);
const OF_COVERAGE = new Set([...COUNTED, 'turns', 'day_orders']);
/** The pause before the next request while the network is behind, in milliseconds. */
export const BEHIND = 10_000;
/** How often the same answer is requested because the network is behind. */
export const MOST_BEHIND = 6;
/** Opening hours usually begin and end at these minutes. A request is sent a little later, in milliseconds. */
const STEP = 30 * 60_000;
const LATER = 2_000;

/** An answer with its question. */
export interface ShownCoverage {
  answer: Coverage;
  /** The moment for which the answer holds. */
  at: Date;
  standard: Standard;
  facility: FacilityBody;
  points: FacilityPoint[];
}

/** The standard to show: the one with this id, else the one that is due in round `turn`; null if there is none. */
export function standardOf(known: readonly Standard[], id: string, turn: number): Standard | null {
  if (known.length === 0) return null;
  return known.find((s) => s.id === id) ?? known[turn % known.length] ?? null;
}

/** The id of the settings if none of these standards has it, otherwise ''. Before the standards are known, it is ''. */
export const unknownStandard = (known: readonly Standard[], id: string): string =>
  known.length > 0 && !known.some((s) => s.id === id) ? id : '';

/** The standard after this one; the first after the last. */
export function standardAfter(known: readonly Standard[], id: string | null | undefined): Standard | null {
  if (known.length === 0) return null;
  const at = known.findIndex((s) => s.id === id);
  return known[(at + 1) % known.length] ?? null;
}

/** The facilities of a standard on a screen with this setting; '' if the address names none. */
export const facilitiesFor = (standard: Standard, facility: FacilityKey | ''): FacilityBody =>
  facilityOf(standard.facility, facility || USUAL_FACILITY);

/** The minute of a moment. Screens that ask within a minute have one answer, which the server counts once. */
export const minuteOf = (now: Date): Date => new Date(Math.floor(now.getTime() / 60_000) * 60_000);

/** Milliseconds to the next half hour, at which opening hours change. */
export const untilHours = (now: Date): number => STEP - (now.getTime() % STEP) + LATER;

/** Whether a commit can change a coverage, and whether the walking network has to be built again for it. */
export function effectOf({ changes = [], reset = [] }: Pick<CommitEvent, 'changes' | 'reset'>): {
  counts: boolean;
  network: boolean;
} {
  const touched = [...(changes ?? []), ...(reset ?? [])];
  const blocks = (changes ?? []).some(
    ({ collection, feature }) =>
      collection === 'warnings' &&
      (Boolean(feature?.properties?.['blocks']) || feature?.properties?.['category'] === 'blocked_route'),
  );
  return {
    counts: blocks || touched.some(({ collection }) => OF_COVERAGE.has(collection)),
    network: touched.some(({ collection }) => OF_NETWORK.has(collection)),
  };
}

/** Why a coverage has no figures: no people, no facilities, or no facility that is open and linked to a way. */
export function emptyOf({ demand, facilities }: Coverage): 'people' | 'facilities' | 'closed' | null {
  if (demand === 0) return 'people';
  if (facilities.count > 0) return null;
  return facilities.closed.length + facilities.unlinked.length > 0 ? 'closed' : 'facilities';
}

/**
 * The view that the screen shows: for a new red case and for the past, the views that show no cases give way to the
 * levels.
 */
export const viewFor = (chosen: View, isPast: boolean, isNewRed: boolean): View =>
  !showsCases(chosen) && (isPast || isNewRed) ? 'levels' : chosen;

export const missingIn = ({ people, covered }: Pick<Area, 'people' | 'covered'>): number => people - covered;

/** The areas with people, the lowest share first, as in the answer; of these communities only, if there are any. */
export const ranked = (areas: readonly Area[], wanted: ReadonlySet<string> | null): Area[] =>
  areas.filter(({ id, people }) => people > 0 && (wanted === null || wanted.has(id)));

export interface Headline {
  people: number;
  covered: number;
  share: number | null;
  /** By straight-line distance; null if it is not known for the shown communities alone. */
  straight: number | null;
}

/** The figures of all people, or of those in the shown communities. */
export function headlineOf(answer: Coverage, wanted: ReadonlySet<string> | null): Headline {
  if (wanted === null)
    return {
      people: answer.demand,
      covered: answer.covered,
      share: answer.share ?? null,
      straight: answer.straight_line.share ?? null,
    };
  const areas = ranked(answer.by, wanted);
  const sum = (of: (area: Area) => number): number => areas.reduce((n, area) => n + of(area), 0);
  const [people, covered] = [sum((a) => a.people), sum((a) => a.covered)];
  return { people, covered, share: people > 0 ? covered / people : null, straight: null };
}
