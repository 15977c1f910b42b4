// Shapes of the interface that the rider's page uses.
import type { components } from '@/core/api/schema';
import type { Bilingual } from '@/core/i18n/lang';

type Schemas = components['schemas'];

export type Admits = Schemas['Admits'];
export type Card = Schemas['Access'];
export type Entrance = Schemas['AccessEntrance'];
export type Nearby = Schemas['Nearby'];
export type OrderOfDay = Schemas['OrderOfDay'];
export interface Leg {
  geometry: { coordinates: number[][] };
  properties: {
    mode: string;
    distance_m: number;
    duration_s: number;
    steps: { text: Bilingual; distance_m: number }[];
  };
}
export interface LostGate {
  id: string;
  name?: string | null;
  why: Bilingual;
  code: string;
  extra_s?: number | null;
}
export interface Route {
  features: Leg[];
  summary: {
    distance_m: number;
    duration_s: number;
    arrive_at: string;
    gate?: { id: string; name?: string | null } | null;
    door?: { id: string; name?: string | null } | null;
    gap_m: number;
    unknown_hours: number;
    assumed: number;
    other_gates: LostGate[];
  };
}
/** What can be reached where the destination can't. */
export interface Instead {
  collection: string;
  id: string;
  name?: string | null;
  duration_s: number;
}
