// The settings of a wall screen in its address: `/wall?view=housing&tour=20&communities=果园里社区`. A preset gives
// the defaults and the address overrides them. Invalid values are reported and ignored, because nobody stands
// at the screen. Pure functions.
import type { Bilingual, Lang } from '@/core/i18n/lang';
import { FACILITIES, type FacilityKey } from '@/core/planning/facilities';

export const VIEWS = ['levels', 'category', 'housing', 'riders', 'coverage', 'themes', 'projects'] as const;
export type View = (typeof VIEWS)[number];
/** The views that show no cases. Only new red cases interrupt them, and the past is shown by levels. */
export const showsCases = (view: View): boolean => !['coverage', 'themes', 'projects'].includes(view);

export interface Settings {
  view: View;
  /** The emphasised category in the view of categories; '' for none. */
  category: string;
  /** The id of the standard in the view of coverage; '' for all, one after the other. */
  standard: string;
  /** The facilities for a standard that names none; '' for the usual ones. */
  facility: FacilityKey | '';
  /** The id of the theme in the view of themes; '' for all, one after the other. */
  theme: string;
  /** The id of a second theme beside it; '' for none. */
  beside: string;
  /** Ids, codes or names of communities; empty for all. */
  communities: string[];
  /** Seconds at each stop of the tour; 0 for no tour. */
  tour: number;
  /** Whether the tour shows the card of each community at which it stops. */
  cards: boolean;
  /** Seconds for each page of the panels; 0 for no turning. */
  rotate: number;
  /** The language; null for the one that is stored on this machine. */
  lang: Lang | null;
  sound: boolean;
  preset: string;
  /** For two screens side by side: 1 is the western one, 2 the eastern one; null for a single screen. */
  part: 1 | 2 | null;
  /** The past moment to begin with; null for now. */
  at: Date | null;
  /** The speed at which the past is played, 1 to 600; 0 pauses. */
  speed: number;
}

/** An invalid value in the address, and what was expected. */
export interface Misread {
  key: string;
  value: string;
  expected: Bilingual;
}

export const DEFAULTS: Settings = {
  view: 'levels',
  category: '',
  standard: '',
  facility: '',
  theme: '',
  beside: '',
  communities: [],
  tour: 0,
  cards: false,
  rotate: 12,
  lang: null,
  sound: false,
  preset: '',
  part: null,
  at: null,
  speed: 0,
};

export const SHORTEST_TOUR = 5;
export const LONGEST_TOUR = 600;
export const FASTEST = 600;

/** The keys in their order in an address. */
const KEYS = [
  'preset',
  'view',
  'category',
  'standard',
  'facility',
  'theme',
  'beside',
  'communities',
  'tour',
  'cards',
  'rotate',
  'lang',
  'sound',
  'part',
  'at',
  'speed',
] as const;
type Key = (typeof KEYS)[number];

/** Reads a value into the settings. Returns what was expected if it is invalid, otherwise null. */
const readers: Record<Key, (value: string, into: Settings) => Bilingual | null> = {
  preset(value, into) {
    if (!/^[a-z0-9-]{1,40}$/.test(value))
      return { zh: '预设名：1–40 个 a–z、0–9 或 -', en: 'a preset: 1–40 of a–z, 0–9, -' };
    into.preset = value;
    return null;
  },
  view(value, into) {
    const view = VIEWS.find((v) => v === value);
    if (!view) return { zh: VIEWS.join('、'), en: VIEWS.join(', ') };
    into.view = view;
    return null;
  },
  category(value, into) {
    if (!/^[a-z0-9_]{0,60}$/.test(value))
      return { zh: '类别代码，如 blocked_route', en: 'a category such as blocked_route' };
    into.category = value;
    return null;
  },
  standard(value, into) {
    if (!/^[A-Za-z0-9_-]{0,60}$/.test(value))
      return { zh: '标准的编号，如 aed_4', en: 'the id of a standard such as aed_4' };
    into.standard = value;
    return null;
  },
  facility(value, into) {
    const facility = FACILITIES.find((f) => f === value);
    if (!facility && value !== '') return { zh: FACILITIES.join('、'), en: FACILITIES.join(', ') };
    into.facility = facility ?? '';
    return null;
  },
  theme: (value, into) => readTheme(value, (id) => (into.theme = id)),
  beside: (value, into) => readTheme(value, (id) => (into.beside = id)),
  communities(value, into) {
    into.communities = [
      ...new Set(
        value
          .split(/[,，]/)
          .map((c) => c.trim())
          .filter(Boolean),
      ),
    ];
    return null;
  },
  tour: (value, into) => readSeconds(value, (seconds) => (into.tour = seconds)),
  rotate: (value, into) => readSeconds(value, (seconds) => (into.rotate = seconds)),
  lang(value, into) {
    if (value !== 'zh' && value !== 'en') return { zh: 'zh 或 en', en: 'zh or en' };
    into.lang = value;
    return null;
  },
  cards: (value, into) => readSwitch(value, (isOn) => (into.cards = isOn)),
  sound: (value, into) => readSwitch(value, (isOn) => (into.sound = isOn)),
  part(value, into) {
    if (value === '1/2') into.part = 1;
    else if (value === '2/2') into.part = 2;
    else return { zh: '1/2 或 2/2', en: '1/2 or 2/2' };
    return null;
  },
  at(value, into) {
    // An unencoded plus sign of a time offset arrives as a space.
    const at = new Date(value.replace(' ', '+'));
    if (Number.isNaN(at.getTime()) || !/^\d{4}-/.test(value))
      return { zh: '时刻，如 2026-11-12T14:05:00+08:00', en: 'a moment such as 2026-11-12T14:05:00+08:00' };
    into.at = at;
    return null;
  },
  speed(value, into) {
    const speed = wholeNumber(value);
    if (speed === null || speed > FASTEST) return { zh: `0–${FASTEST}`, en: `0–${FASTEST}` };
    into.speed = speed;
    return null;
  },
};

function readSwitch(value: string, set: (isOn: boolean) => void): Bilingual | null {
  if (value !== '0' && value !== '1') return { zh: '0 或 1', en: '0 or 1' };
  set(value === '1');
  return null;
}

/** Reads the id of a theme; '' for none. */
function readTheme(value: string, set: (id: string) => void): Bilingual | null {
  if (!/^[a-z0-9_]{0,40}$/.test(value))
    return { zh: '专题的编号，如 first_aid', en: 'the id of a theme such as first_aid' };
  set(value);
  return null;
}

/** Reads a duration of a stop or page; 0 switches it off. */
function readSeconds(text: string, set: (seconds: number) => void): Bilingual | null {
  const seconds = wholeNumber(text);
  if (seconds === null || (seconds !== 0 && (seconds < SHORTEST_TOUR || seconds > LONGEST_TOUR))) {
    return {
      zh: `0（关闭）或 ${SHORTEST_TOUR}–${LONGEST_TOUR} 秒`,
      en: `0 (off) or ${SHORTEST_TOUR}–${LONGEST_TOUR} seconds`,
    };
  }
  set(seconds);
  return null;
}

function wholeNumber(text: string): number | null {
  return /^\d{1,6}$/.test(text) ? Number(text) : null;
}

/**
 * Reads the address on top of the preset's settings. If a value in the address is invalid, the
 * preset's is kept.
 */
export function readSettings(
  address: Iterable<[string, string]>,
  preset: Readonly<Record<string, unknown>> = {},
): { settings: Settings; misread: Misread[] } {
  const settings: Settings = { ...DEFAULTS };
  const misread: Misread[] = [];
  const take = (key: string, value: string): void => {
    const reader = readers[key as Key] as (typeof readers)[Key] | undefined;
    const expected = reader ? reader(value, settings) : { zh: KEYS.join('、'), en: `one of ${KEYS.join(', ')}` };
    if (expected) misread.push({ key, value, expected });
  };
  // A preset cannot refer to another preset; that key is only read from the address.
  for (const [key, value] of Object.entries(preset)) if (key !== 'preset') take(key, String(value));
  for (const [key, value] of address) take(key, value);
  return { settings, misread };
}

/** The settings for an address: only those that differ from the defaults, or from `base`. */
export function writeSettings(settings: Settings, base: Settings = DEFAULTS): Record<string, string> {
  const words: Record<Key, (of: Settings) => string> = {
    preset: (s) => s.preset,
    view: (s) => s.view,
    category: (s) => s.category,
    standard: (s) => s.standard,
    facility: (s) => s.facility,
    theme: (s) => s.theme,
    beside: (s) => s.beside,
    communities: (s) => s.communities.join(','),
    tour: (s) => String(s.tour),
    cards: (s) => (s.cards ? '1' : '0'),
    rotate: (s) => String(s.rotate),
    lang: (s) => s.lang ?? '',
    sound: (s) => (s.sound ? '1' : '0'),
    part: (s) => (s.part ? `${s.part}/2` : ''),
    at: (s) => s.at?.toISOString() ?? '',
    speed: (s) => String(s.speed),
  };
  return Object.fromEntries(
    KEYS.map((key) => [key, words[key](settings)] as const).filter(([key, word]) => word !== words[key](base)),
  );
}

/**
 * A link to a wall screen with these settings. Commas and Chinese characters are not encoded, to keep it
 * readable.
 */
export function linkTo(settings: Settings, origin: string, base: Settings = DEFAULTS): string {
  const pairs = Object.entries(writeSettings(settings, base)).map(
    ([key, value]) =>
      `${key}=${encodeURIComponent(value).replaceAll('%2C', ',').replaceAll('%2F', '/').replaceAll('%3A', ':')}`,
  );
  return `${origin}/wall${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`;
}

/** The ways to name a community in an address. */
export interface Community {
  id: string;
  code?: string | undefined;
  name: string;
}

/** Finds communities by id, code or name (社区 may be left out). */
export function findCommunities(
  asked: readonly string[],
  all: readonly Community[],
): { ids: string[]; unknown: string[] } {
  const ids: string[] = [];
  const unknown: string[] = [];
  for (const word of asked) {
    const found = all.find((c) => c.id === word || c.code === word || c.name === word || c.name === `${word}社区`);
    if (found) ids.push(found.id);
    else unknown.push(word);
  }
  return { ids: [...new Set(ids)], unknown };
}

/**
 * The ids as a set; null if there are none. Returns the previous set if it is equal, so that watchers do not redraw
 * everything when a grid changes.
 */
export function steadySet(
  ids: readonly string[],
  before: ReadonlySet<string> | null | undefined,
): ReadonlySet<string> | null {
  if (ids.length === 0) return null;
  return before?.size === ids.length && ids.every((id) => before.has(id)) ? before : new Set(ids);
}
