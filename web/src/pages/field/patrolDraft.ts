// The unfinished patrol report on this phone. It begins with a photo, before its form is opened.
import { phoneStorage } from '@/core/offline/phoneStorage';
import type { EntryPhoto } from '@/core/offline/uploadQueue';
import { dropPhoto, keepPhoto } from '@/core/photo/photos';
import type { PatrolPlace } from './places';

export const PATROL = 'patrol';

export interface PatrolDraft {
  photos: EntryPhoto[];
  category: string;
  place: PatrolPlace | null;
  note: string;
}

export const emptyPatrol = (): PatrolDraft => ({ photos: [], category: '', place: null, note: '' });

interface Kept {
  id: typeof PATROL;
  value: PatrolDraft;
}

const stored = async (): Promise<PatrolDraft | undefined> =>
  (await (await phoneStorage()).get<Kept>('drafts', PATROL))?.value;

/** Whether a report was begun and not finished. A place that follows the position is no beginning. */
export async function hasPatrol(): Promise<boolean> {
  const draft = await stored();
  return Boolean(draft && (draft.photos.length > 0 || draft.category || draft.note || draft.place?.isChosen));
}

/** Begins a report with a picture from the camera. */
export async function beginPatrol(file: Blob): Promise<void> {
  const photo = await keepPhoto(file, 'report');
  const value: PatrolDraft = { ...emptyPatrol(), photos: [photo] };
  await (await phoneStorage()).put('drafts', { id: PATROL, value } as Kept);
}

/** Deletes the report and its photos. */
export async function dropPatrol(): Promise<void> {
  const draft = await stored();
  for (const photo of draft?.photos ?? []) await dropPhoto(photo);
  await (await phoneStorage()).delete('drafts', PATROL);
}

interface KeptUses {
  id: 'patrol-uses';
  uses: Record<string, number>;
}

/** How often each category was reported from this phone. */
export const usesOf = async (): Promise<Record<string, number>> =>
  (await (await phoneStorage()).get<KeptUses>('kept', 'patrol-uses'))?.uses ?? {};

export async function countUse(category: string): Promise<void> {
  const uses = await usesOf();
  const counted: KeptUses = { id: 'patrol-uses', uses: { ...uses, [category]: (uses[category] ?? 0) + 1 } };
  await (await phoneStorage()).put('kept', counted);
}

/** The built-in categories in the order in which patrols usually find them. */
const USUAL = [
  'corridor_clutter',
  'flying_wire_charging',
  'street_encroachment',
  'blocked_route',
  'damaged_facility',
  'wrong_access',
  'other',
];

/** The categories, the most used on this phone first, then in the usual order. Wishes come last: a patrol finds none. */
export function byUse(categories: readonly string[], uses: Record<string, number>): string[] {
  const place = (id: string): number => {
    if (id === 'micro_wish') return USUAL.length;
    return USUAL.includes(id) ? USUAL.indexOf(id) : USUAL.length - 1.5;
  };
  const known = categories.length > 0 ? categories : USUAL;
  return known.toSorted((a, b) => (uses[b] ?? 0) - (uses[a] ?? 0) || place(a) - place(b));
}
