// The question that all modes of the page share: which standard, which facilities, at which moment, by which areas. It
// is part of the address, so that a link shows the same figures.
import type { LocationQuery } from 'vue-router';
import type { By, CoverageBody, Standard } from './types';

/** The facilities that can be asked for where the standard does not name any. */
export const FACILITIES = [
  'pocket_parks',
  'aed',
  'first_aid_stations',
  'battery_swap',
  'toolbox',
  'rest_stop',
  'toilet',
  'party_service_centre',
  'mediation_room',
  'discussion_pavilion',
  'charging',
  'parking',
] as const;
export type FacilityKey = (typeof FACILITIES)[number];

export const AREAS = ['community', 'grid', 'street', 'housing', 'building'] as const satisfies readonly By[];

/** A standard of the planner's own. It needs a source. */
export interface OwnStandard {
  metres?: number;
  minutes?: number;
  there_and_back: boolean;
  title: string;
  source: string;
}

export interface Question {
  /** The id of a standard, or `own`. */
  standard: string;
  own: OwnStandard;
  /** Used where the standard does not name its facilities. */
  facility: FacilityKey;
  /** The moment in China's time, as `2026-11-25T10:00`. */
  at: string;
  profile: 'foot' | 'wheelchair';
  by: By;
}

const OWN: OwnStandard = { metres: 300, there_and_back: false, title: '', source: '' };

const one = <T extends string>(value: unknown, of: readonly T[], otherwise: T): T =>
  of.find((known) => known === value) ?? otherwise;

const MINUTE = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/;
const CHINA_MS = 8 * 3_600_000;

/** A moment in China's time, to the full hour, so that two people who look within an hour see the same. */
export const thisHour = (now: number): string =>
  new Date(Math.floor((now + CHINA_MS) / 3_600_000) * 3_600_000).toISOString().slice(0, 16);

/** The same hour on the next day of the week: 0 is Sunday. */
export function nextDay(from: string, weekday: number, hour: number): string {
  const day = new Date(`${from.slice(0, 10)}T00:00:00Z`);
  const ahead = (weekday - day.getUTCDay() + 7) % 7;
  day.setUTCDate(day.getUTCDate() + ahead);
  return `${day.toISOString().slice(0, 10)}T${String(hour).padStart(2, '0')}:00`;
}

/** The moment as RFC 3339. */
export const instant = (at: string): string => `${at}:00+08:00`;

const positive = (n: unknown): number | undefined => (typeof n === 'number' && n > 0 ? n : undefined);
const textOf = (t: unknown): string => (typeof t === 'string' ? t : '');

function ownOf(value: unknown): OwnStandard {
  if (typeof value !== 'string') return OWN;
  try {
    const own = JSON.parse(value) as Partial<OwnStandard>;
    const [metres, minutes] = [positive(own.metres), positive(own.minutes)];
    return {
      ...(minutes === undefined ? { metres: metres ?? OWN.metres } : { minutes }),
      there_and_back: own.there_and_back === true,
      title: textOf(own.title),
      source: textOf(own.source),
    };
  } catch {
    return OWN;
  }
}

/** Reads the question of an address. */
export function questionAt(query: LocationQuery | Record<string, unknown>, now: number): Question {
  const { standard, at } = query;
  return {
    standard: typeof standard === 'string' && standard !== '' ? standard : 'pocket_park_300',
    own: ownOf(query['own']),
    facility: one(query['facility'], FACILITIES, 'pocket_parks'),
    at: typeof at === 'string' && MINUTE.test(at) ? at : thisHour(now),
    profile: one(query['profile'], ['foot', 'wheelchair'], 'foot'),
    by: one(query['by'], AREAS, 'community'),
  };
}

/** The parameters of the address. What equals the default is left out, except for the moment. */
export function addressOf({ standard, own, facility, at, profile, by }: Question): Record<string, string> {
  return {
    standard,
    ...(standard === 'own' ? { own: JSON.stringify(own) } : {}),
    ...(facility === 'pocket_parks' ? {} : { facility }),
    at,
    ...(profile === 'foot' ? {} : { profile }),
    ...(by === 'community' ? {} : { by }),
  };
}

/** What counts as a facility, as the server expects it. */
export function facilityBody(key: FacilityKey): NonNullable<CoverageBody['facility']> {
  if (key === 'pocket_parks') return { collection: 'pocket_parks' };
  if (key === 'first_aid_stations' || key === 'aed')
    return { collection: 'first_aid_stations', ...(key === 'aed' ? { aed: true } : {}) };
  return { collection: 'facilities', kind: key };
}

/** The standard of the question with its facilities. */
export interface Asked {
  standard: Standard | null;
  /** The facilities that count. */
  facility: NonNullable<CoverageBody['facility']>;
  /** The farthest walk in metres, if the standard is a distance. */
  metres: number | null;
  minutes: number | null;
}

export function askedOf(question: Question, standards: readonly Standard[]): Asked {
  const standard = standards.find((s) => s.id === question.standard) ?? null;
  const named = question.standard === 'own' ? null : standard?.facility;
  return {
    standard,
    facility: named
      ? {
          collection: named.collection,
          ...(named.kind ? { kind: named.kind } : {}),
          ...(named.aed ? { aed: true } : {}),
          ...(named.area_m2 ? { area_m2: named.area_m2 } : {}),
        }
      : facilityBody(question.facility),
    metres: (question.standard === 'own' ? question.own.metres : standard?.metres) ?? null,
    minutes: (question.standard === 'own' ? question.own.minutes : standard?.minutes) ?? null,
  };
}

/** The part of a request that says the question. */
export function bodyOf(
  question: Question,
  standards: readonly Standard[],
): Pick<CoverageBody, 'standard' | 'facility' | 'at' | 'profile'> {
  const isOwn = question.standard === 'own';
  const hasOwnFacility = !isOwn && standards.find((s) => s.id === question.standard)?.facility;
  return {
    standard: isOwn ? { ...question.own, title: question.own.title || undefined } : question.standard,
    ...(hasOwnFacility ? {} : { facility: facilityBody(question.facility) }),
    at: instant(question.at),
    profile: question.profile,
  };
}

/** Whether a question can be asked: a standard of one's own needs its source. */
export const isComplete = ({ standard, own }: Question): boolean =>
  standard !== 'own' || (own.source.trim() !== '' && (own.metres ?? own.minutes ?? 0) > 0);
