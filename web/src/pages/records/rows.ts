// What the tables show, and what the form sends.
import { pick, type Lang } from '@/core/i18n/lang';
import type { Properties, PropertySchema, Row, Schema } from './client';

/** The properties of the form and of the table, in order. Others are kept as they are. */
export const FIELDS = {
  duties: ['duty', 'scope', 'unit', 'name', 'phone', 'office_phone', 'from', 'until'],
  projects: [
    'name',
    'kind',
    'state',
    'progress',
    'summary',
    'lead',
    'grid',
    'starts_on',
    'due_on',
    'done_on',
    'milestones',
    'photos_before',
    'photos_after',
  ],
} as const;

export const COLUMNS = {
  duties: ['scope', 'duty', 'unit', 'name', 'phone', 'office_phone', 'until'],
  projects: ['name', 'kind', 'state', 'progress', 'lead', 'due_on', 'done_on'],
} as const;

/** The fields that are lists and have parts of the form of their own. */
export const LISTS: readonly string[] = ['milestones', 'photos_before', 'photos_after'];
export const PHOTO_LISTS = ['photos_before', 'photos_after'] as const;
export type PhotoLists = Record<(typeof PHOTO_LISTS)[number], string[]>;

export interface Milestone {
  name: string;
  due_on?: string;
  done_on?: string;
}

export const titleOf = (schema: PropertySchema | undefined, name: string, lang: Lang): string =>
  (lang === 'zh' ? schema?.title : schema?.['x-onemap-title-en']) ?? name;

export const hintOf = (schema: PropertySchema | undefined, lang: Lang): string =>
  (lang === 'zh' ? schema?.description : schema?.['x-onemap-description-en']) ?? '';

/** A value in words: the name of a listed value, or the name of the feature that an id means. */
export function wordOf(
  schema: PropertySchema | undefined,
  value: unknown,
  lang: Lang,
  nameOf: (id: string) => string | undefined,
): string {
  if (value === undefined || value === null) return '';
  const text = String(value);
  const word = schema?.['x-onemap-values']?.[text];
  return word ? pick(word, lang) : (nameOf(text) ?? text);
}

/** Whether a duty no longer holds on a day (`2026-11-30`). */
export const hasEnded = (properties: Properties, today: string): boolean =>
  typeof properties['until'] === 'string' && properties['until'] < today;

/** The rows that contain every word of the filter, in what the table shows. */
export function filtered(rows: readonly Row[], text: string, shown: (row: Row) => string): Row[] {
  const wanted = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const all = shown(row).toLowerCase();
    return wanted.every((word) => all.includes(word));
  });
}

/** What the form holds, as texts. */
export type Draft = Record<string, string>;

const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

export function draftOf(fields: readonly string[], properties: Properties): Draft {
  return Object.fromEntries(fields.filter((f) => !LISTS.includes(f)).map((f) => [f, text(properties[f])]));
}

/** The required fields that are empty. */
export const lacking = (schema: Schema, draft: Draft): string[] =>
  (schema.required ?? []).filter((name) => name in draft && !draft[name]?.trim());

/**
 * The properties to send: those of the form, where an empty field removes its property, and all others as they were.
 */
export function propertiesOf(
  schema: Schema,
  draft: Draft,
  lists: { milestones: readonly Milestone[]; photos: PhotoLists } | null,
  before: Properties,
): Properties {
  const out: Properties = { ...before };
  for (const [name, text] of Object.entries(draft)) {
    const value = text.trim();
    const type = schema.properties[name]?.type;
    if (value === '') delete out[name];
    else out[name] = type === 'integer' || type === 'number' ? Number(value) : value;
  }
  if (lists) {
    const milestones = lists.milestones.filter((m) => m.name.trim()).map(milestone);
    for (const [name, list] of Object.entries({ milestones, ...lists.photos })) {
      if (list.length > 0) out[name] = list;
      else delete out[name];
    }
  }
  return out;
}

const milestone = ({ name, due_on, done_on }: Milestone): Milestone => ({
  name: name.trim(),
  ...(due_on ? { due_on } : {}),
  ...(done_on ? { done_on } : {}),
});
