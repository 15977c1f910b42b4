// Candidates that a plan must contain, or must not contain. The ids of candidates are valid only
// for the request that lists or generates them, so each mark remembers for which candidates it was
// made.
import type { Bilingual } from '@/core/i18n/lang';
import type { SitingBody } from './types';

export const MARKS = ['required', 'forbidden'] as const;
export type MarkKind = (typeof MARKS)[number];

export interface Candidate {
  id: string;
  name: string;
  /** Null if only the id is known, from a request of another browser tab. */
  position: [number, number] | null;
}

export interface Mark extends Candidate {
  kind: MarkKind;
  /** The candidates for which the mark is valid, as returned by `setOf`. */
  of: string;
}

/** JSON with sorted keys: the server returns a request with its keys in another order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

/**
 * Returns a text that identifies where the ids of a request's candidates come from: in requests
 * with equal texts, the same id means the same candidate. Generated candidates depend on the people
 * who are not covered, and therefore on the question, the edits and the network.
 */
export function setOf(body: SitingBody, networkSeq: number | null): string {
  const { points, layer, hosts, areas, generate } = body.candidates ?? {};
  if (points) return 'points';
  if (layer) return `layer/${layer.collection}`;
  if (hosts) return `hosts/${hosts.collection}`;
  if (areas) return canonical(['areas', areas]);
  const { standard, facility, at, profile, existing, edits, placement } = body;
  return canonical([
    'generate',
    generate?.spacing_m ?? null,
    standard ?? null,
    facility ?? null,
    at ?? null,
    profile ?? null,
    existing ?? 'keep',
    edits ?? [],
    placement ?? true,
    networkSeq,
  ]);
}

/** The marks that are valid for a request. A mark of a tried site that was removed is not. */
export function marksFor(marks: readonly Mark[], body: SitingBody, networkSeq: number | null): Mark[] {
  const of = setOf(body, networkSeq);
  const listed = body.candidates?.points && new Set(body.candidates.points.map(({ id }) => id));
  return marks.filter((mark) => mark.of === of && (!listed || listed.has(mark.id)));
}

/** A request with the marks that are valid for it. */
export function withMarks(body: SitingBody, marks: readonly Mark[], networkSeq: number | null): SitingBody {
  const { required: _required, forbidden: _forbidden, ...rest } = body;
  const valid = marksFor(marks, body, networkSeq);
  const ids = (kind: MarkKind): string[] => valid.filter((mark) => mark.kind === kind).map(({ id }) => id);
  const [required, forbidden] = [ids('required'), ids('forbidden')];
  return {
    ...rest,
    ...(required.length > 0 ? { required } : {}),
    ...(forbidden.length > 0 ? { forbidden } : {}),
  };
}

/** Whether the marks differ from those of a request. */
export function isRemarked(asked: SitingBody, marks: readonly Mark[], networkSeq: number | null): boolean {
  const now = withMarks(asked, marks, networkSeq);
  return MARKS.some((kind) => canonical((now[kind] ?? []).toSorted()) !== canonical((asked[kind] ?? []).toSorted()));
}

/** The marks in a request from another tab. `known` has the candidates with a known position. */
export function marksOf(asked: SitingBody, networkSeq: number | null, known: readonly Candidate[]): Mark[] {
  const of = setOf(asked, networkSeq);
  const places = new Map(known.map((candidate) => [candidate.id, candidate]));
  return MARKS.flatMap((kind) =>
    (asked[kind] ?? []).map((id) => {
      const { name = id, position = null } = places.get(id) ?? {};
      return { id, name, position, kind, of };
    }),
  );
}

/** Sets the mark of a candidate; null removes it. */
export function marking(
  marks: readonly Mark[],
  of: string,
  { id, name, position }: Candidate,
  kind: MarkKind | null,
): Mark[] {
  const rest = marks.filter((mark) => mark.of !== of || mark.id !== id);
  return kind ? [...rest, { id, name, position, kind, of }] : rest;
}

/** The mark of a candidate; null if it has none. */
export const markOf = (marks: readonly Mark[], of: string, id: string): MarkKind | null =>
  marks.find((mark) => mark.of === of && mark.id === id)?.kind ?? null;

/** The text of a step of the history. */
export const markStep = (name: string, kind: MarkKind | null): Bilingual =>
  kind === 'required'
    ? { zh: `把“${name}”标为必选`, en: `requiring “${name}”` }
    : kind === 'forbidden'
      ? { zh: `把“${name}”标为不选`, en: `excluding “${name}”` }
      : { zh: `取消“${name}”的标记`, en: `removing the mark of “${name}”` };
