// The requests about coverages that more than one page sends.
import { answered, http } from '@/core/api/client';
import type { FacilityBody } from './facilities';
import type { By, Coverage, Standard } from './types';

/** The largest `limit` that the server accepts for the lists of a coverage. */
export const MOST_LISTED = 10_000;

/** The collections whose changes can change a coverage. */
export const COUNTED = [
  'buildings',
  'entrances',
  'routes',
  'compounds',
  'barriers',
  'grids',
  'first_aid_stations',
  'pocket_parks',
  'facilities',
];

export const standards = async (signal?: AbortSignal): Promise<Standard[]> =>
  (await answered(http.GET('/api/plan/standards', { signal }))).standards;

export interface ShownQuestion {
  standard: string;
  /** Only if the standard names no facilities. */
  facility?: FacilityBody;
  by: By;
  /** The moment, RFC 3339. */
  at: string;
}

/** The coverage of the map as it is. A read-only token may ask for it. */
export const shownCoverage = ({ facility, ...question }: ShownQuestion, signal?: AbortSignal): Promise<Coverage> =>
  answered(
    http.GET('/api/plan/coverage', {
      params: {
        query: {
          ...question,
          limit: MOST_LISTED,
          ...(facility && { collection: facility.collection }),
          ...(facility?.kind ? { kind: facility.kind } : {}),
          ...(facility?.aed ? { aed: true } : {}),
        },
      },
      signal,
    }),
  );
