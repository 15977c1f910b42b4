// The types of coverages and standards of `/api/plan`.
import type { Position } from 'geojson';
import type { components } from '@/core/api/schema';

type Schemas = components['schemas'];

export type Standard = Schemas['StandardShown'];
export type Coverage = Schemas['CoverageAnswer'];
export type Area = Schemas['AreaAnswer'];
export type Uncovered = Schemas['UncoveredPlace'];
export type By = Schemas['ByBody'];

/**
 * How far people are beyond the standard: 1 is up to 1.5 times the standard, 2 up to 2.5 times, 3 farther; 4 means that
 * no facility can be reached.
 */
export type FarClass = 1 | 2 | 3 | 4;

/** A building or other place with uncovered people, coloured by how far it is beyond the standard. */
export interface FarPlace {
  id: string;
  position: Position;
  people: number;
  far: FarClass;
  /** The length of the walk, as a label. */
  label: string;
}
