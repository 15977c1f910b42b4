// The question that all modes of the page share: the standard, the facilities, the moment, the
// profile and the areas. It is part of the page's address, so that a link shows the same figures.
import type { LocationQuery } from 'vue-router';
import { FACILITIES, facilityBody, facilityOf, type FacilityBody, type FacilityKey } from '@/core/planning/facilities';
import type { By, CoverageBody, Standard } from './types';

export const AREAS = ['community', 'grid', 'street', 'housing', 'building'] as const satisfies readonly By[];

/** A standard that the planner enters: either `metres` or `minutes`, and a source. */
export interface OwnStandard {
  metres?: number;
  minutes?: number;
  there_and_back: boolean;
  title: string;
  source: string;
}

export interface Question {
  /** The id of a standard, or `own` for the standard in `own`. */
  standard: string;
  own: OwnStandard;
  /** Used if the standard does not name its facilities. */
  facility: FacilityKey;
  /** The moment in China Standard Time, as `2026-11-25T10:00`. */
  at: string;
  profile: 'foot' | 'wheelchair';
  by: By;
}

const OWN: OwnStandard = { metres: 300, there_and_back: false, title: '', source: '' };

const one = <T extends string>(value: unknown, of: readonly T[], otherwise: T): T =>
  of.find((known) => known === value) ?? otherwise;

const MINUTE = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/;
const CHINA_MS = 8 * 3_600_000;

/**
 * The start of the current hour in China Standard Time, so that two people within the same hour see
 * equal figures.
 */
export const thisHour = (now: number): string =>
  new Date(Math.floor((now + CHINA_MS) / 3_600_000) * 3_600_000).toISOString().slice(0, 16);

/**
 * The moment at `hour` on the first day that is this weekday (0 is Sunday). The day of `from`
 * itself is the first to be tried.
 */
export function nextDay(from: string, weekday: number, hour: number): string {
  const day = new Date(`${from.slice(0, 10)}T00:00:00Z`);
  const ahead = (weekday - day.getUTCDay() + 7) % 7;
  day.setUTCDate(day.getUTCDate() + ahead);
  return `${day.toISOString().slice(0, 10)}T${String(hour).padStart(2, '0')}:00`;
}

/**
 * 10:00 on a weekday, today or later: an hour at which most facilities are open. Public holidays
 * are not skipped.
 */
export function weekday(now: number): string {
  const from = thisHour(now);
  const isLate = from > `${from.slice(0, 10)}T10:00`;
  const day = new Date(`${from.slice(0, 10)}T00:00:00Z`);
  if (isLate) day.setUTCDate(day.getUTCDate() + 1);
  while (day.getUTCDay() % 6 === 0) day.setUTCDate(day.getUTCDate() + 1);
  return `${day.toISOString().slice(0, 10)}T10:00`;
}

/** Whether a moment is within the seven days that begin with the day of `first`. */
export function isInWeek(first: string, at: string): boolean {
  const days = (Date.parse(at.slice(0, 10)) - Date.parse(first.slice(0, 10))) / 86_400_000;
  return days >= 0 && days < 7;
}

/** A moment of an answer in China Standard Time, as `2026-11-25T10:30`. */
export const momentOf = (rfc3339: string): string =>
  new Date(Date.parse(rfc3339) + CHINA_MS).toISOString().slice(0, 16);

/** A moment in China Standard Time as RFC 3339. */
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

/** Reads the question from the address. Missing and invalid parameters become the defaults. */
export function questionAt(query: LocationQuery | Record<string, unknown>, now: number): Question {
  const { standard, at } = query;
  return {
    standard: typeof standard === 'string' && standard !== '' ? standard : 'pocket_park_300',
    own: ownOf(query['own']),
    facility: one(query['facility'], FACILITIES, 'pocket_parks'),
    at: typeof at === 'string' && MINUTE.test(at) ? at : weekday(now),
    profile: one(query['profile'], ['foot', 'wheelchair'], 'foot'),
    by: one(query['by'], AREAS, 'community'),
  };
}

/** The parameters of the address. Defaults are left out, except the standard and the moment. */
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

/** The resolved question: its standard, its facilities and its reach. */
export interface Asked {
  standard: Standard | null;
  /** The facilities that count. */
  facility: FacilityBody;
  /** The longest walk in metres, if the standard is a distance. */
  metres: number | null;
  /** The longest walk in minutes, if the standard is a time. */
  minutes: number | null;
}

export function askedOf(question: Question, standards: readonly Standard[]): Asked {
  const standard = standards.find((s) => s.id === question.standard) ?? null;
  const named = question.standard === 'own' ? null : standard?.facility;
  return {
    standard,
    facility: facilityOf(named, question.facility),
    metres: (question.standard === 'own' ? question.own.metres : standard?.metres) ?? null,
    minutes: (question.standard === 'own' ? question.own.minutes : standard?.minutes) ?? null,
  };
}

/** The fields of a request that contain the question. */
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

/** Whether a question can be sent: an own standard needs a source and a reach above 0. */
export const isComplete = ({ standard, own }: Question): boolean =>
  standard !== 'own' || (own.source.trim() !== '' && (own.metres ?? own.minutes ?? 0) > 0);
