// The form of a siting problem: which conditions apply to which problem, and the request built from
// the form.
import type { Polygon } from 'geojson';
import type { TriedSite } from './draft';
import type { bodyOf } from './question';
import type { Edit, Problem, SitingBody } from './types';

export const PROBLEMS = ['mclp', 'lscp', 'p-median', 'p-center', 'relocation'] as const satisfies readonly Problem[];
export const SOURCES = ['generate', 'sites', 'areas', 'layer', 'hosts'] as const;
export type Source = (typeof SOURCES)[number];
export type Existing = 'keep' | 'replace' | 'ignore';

export interface SitingForm {
  problem: Problem;
  /** The number of new sites; null if only the budget limits it. */
  k: number | null;
  moves: number;
  /** The share of people to cover, in per cent. */
  share: number;
  existing: Existing;
  source: Source;
  /** The distance between generated candidates, in metres. */
  spacing: number;
  collection: string;
  filter: string;
  /** The property of the layer with the cost of a site; empty if there are no costs. */
  costProperty: string;
  /** The property of the layer with the number of people a site can serve; empty if there is none. */
  capacityProperty: string;
  /** The least distance between two sites, in metres; null if there is none. */
  minDistance: number | null;
  budget: number | null;
  /** The least coverage of each community, in per cent. */
  community: number | null;
  backup: boolean;
  /**
   * Where gradual coverage decreases to zero, in the unit of the standard; null if it is not
   * gradual.
   */
  gradual: number | null;
  /** The number of people a site can serve; null if it is not limited. */
  capacity: number | null;
  placement: boolean;
  plans: number;
  robust: boolean;
  /** The time limit of the computation, in seconds. */
  timeLimit: number;
}

export const START: SitingForm = {
  problem: 'mclp',
  k: 3,
  moves: 2,
  share: 100,
  existing: 'keep',
  source: 'generate',
  spacing: 100,
  collection: 'units',
  filter: '',
  costProperty: '',
  capacityProperty: '',
  minDistance: null,
  budget: null,
  community: null,
  backup: false,
  gradual: null,
  capacity: null,
  placement: true,
  plans: 3,
  robust: true,
  timeLimit: 60,
};

export type Condition =
  'k' | 'moves' | 'share' | 'existing' | 'budget' | 'capacity' | 'community' | 'backup' | 'gradual';

/**
 * The conditions of each problem, as in docs/planning.md. The smallest distance applies to every
 * problem.
 */
const CONDITIONS: Record<Problem, readonly Condition[]> = {
  mclp: ['k', 'existing', 'budget', 'capacity', 'community', 'backup', 'gradual'],
  lscp: ['share', 'existing', 'capacity', 'community', 'backup'],
  'p-median': ['k', 'existing', 'budget'],
  'p-center': ['k', 'existing', 'budget'],
  relocation: ['moves', 'budget', 'community', 'backup', 'gradual'],
};

const isSet = (value: number | null): value is number => typeof value === 'number' && Number.isFinite(value);

/**
 * Whether a condition can be set. Backup coverage excludes capacities and gradual coverage, and
 * vice versa. A budget needs costs. For the problem `p-center`, a budget replaces the number of
 * sites.
 */
export function applies(condition: Condition, form: SitingForm): boolean {
  const has = (one: Condition): boolean => CONDITIONS[form.problem].includes(one);
  if (!has(condition)) return false;
  const ofLayer = form.source === 'layer' && form.capacityProperty !== '';
  switch (condition) {
    case 'backup':
      return !(has('capacity') && (form.capacity !== null || ofLayer)) && !(has('gradual') && form.gradual !== null);
    case 'capacity':
    case 'gradual':
      return !form.backup;
    case 'budget':
      return form.source === 'layer' && form.costProperty !== '';
    case 'k':
      return !(form.problem === 'p-center' && hasBudget(form));
    default:
      return true;
  }
}

/** Whether the form has a budget. The number of sites may then be left empty. */
export const hasBudget = (form: SitingForm): boolean => applies('budget', form) && isSet(form.budget);

function candidatesOf(
  form: SitingForm,
  drawn: { sites: readonly TriedSite[]; areas: readonly Polygon[] },
): SitingBody['candidates'] {
  const filter = form.filter.trim() === '' ? {} : { filter: form.filter.trim() };
  switch (form.source) {
    case 'sites':
      return { points: drawn.sites.map(({ id, name, position: [lon, lat] }) => ({ id, name, lon, lat })) };
    case 'areas':
      return { areas: { polygons: [...drawn.areas], spacing_m: form.spacing } };
    case 'layer':
      return {
        layer: {
          collection: form.collection,
          ...filter,
          ...(form.costProperty === '' ? {} : { cost: form.costProperty }),
          ...(form.capacityProperty !== '' && applies('capacity', form) ? { capacity: form.capacityProperty } : {}),
        },
      };
    case 'hosts':
      return { hosts: { collection: form.collection, ...filter } };
    case 'generate':
      return { generate: { spacing_m: form.spacing } };
  }
}

/** The request of a form. Fields that do not apply to the problem are left out. */
export function sitingBody(
  form: SitingForm,
  question: ReturnType<typeof bodyOf>,
  drawn: { sites: readonly TriedSite[]; areas: readonly Polygon[] },
  /** Changed ways and gates. Sites are chosen on the map with these changes. */
  edits: readonly Edit[],
): SitingBody {
  const number = (name: Condition, value: number | null): value is number => applies(name, form) && isSet(value);
  return {
    problem: form.problem,
    ...question,
    ...(number('k', form.k) ? { k: form.k } : {}),
    ...(applies('moves', form) ? { moves: form.moves } : {}),
    ...(applies('share', form) ? { share: form.share / 100 } : {}),
    ...(applies('existing', form) ? { existing: form.existing } : {}),
    candidates: candidatesOf(form, drawn),
    ...(form.placement ? {} : { placement: false }),
    ...(isSet(form.minDistance) ? { min_distance_m: form.minDistance } : {}),
    ...(number('budget', form.budget) ? { budget: form.budget } : {}),
    ...(number('community', form.community) ? { community_share: form.community / 100 } : {}),
    ...(applies('backup', form) && form.backup ? { backup: true } : {}),
    ...(number('gradual', form.gradual) ? { gradual_until: form.gradual } : {}),
    ...(number('capacity', form.capacity) ? { capacity: form.capacity } : {}),
    plans: form.plans,
    robustness: form.robust ? { samples: 100 } : null,
    time_limit_s: form.timeLimit,
    ...(edits.length > 0 ? { edits: [...edits] } : {}),
  };
}
