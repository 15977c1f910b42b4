// The API types that the rider's page uses.
import type { components } from '@/core/api/schema';

type Schemas = components['schemas'];

export type Admits = Schemas['Admits'];
export type Card = Schemas['Access'];
export type Entrance = Schemas['AccessEntrance'];
export type Nearby = Schemas['Nearby'];
export type Leg = Schemas['LegFeature'];
export type LostGate = Schemas['LostGate'];
/** A gate or a door on a way. */
export type Passed = Schemas['RouteEntrance'];
export type Route = Schemas['RouteAnswer'];
export type Trip = Schemas['TripAnswer'];
export type Visit = Schemas['TripVisit'];
/**
 * A place that can be reached if the destination can't. It is part of a problem response; the OpenAPI document does not
 * define its type.
 */
export interface Instead {
  collection: string;
  id: string;
  name?: string | null;
  duration_s: number;
}
