// Requests for day orders (当日管制). Officers and stewards create and end them as features of `day_orders`.
import { answered, done, http } from '@/core/api/client';
import type { components } from '@/core/api/schema';

export type DayOrder = components['schemas']['OrderOfDay'];

/** The orders in force and the announced ones, sorted by their beginning. */
export const dayOrders = async (signal?: AbortSignal): Promise<DayOrder[]> =>
  (await answered(http.GET('/api/day-orders', { signal, cache: 'no-cache' }))).orders;

export interface NewOrder {
  /** The id of the street. */
  street: string;
  kind: string;
  /** RFC 3339. */
  from: string;
  /** RFC 3339; absent until further notice. */
  until?: string;
  reason: string;
}

export const putOrder = (properties: NewOrder): Promise<void> =>
  done(
    http.POST('/api/collections/{collectionId}/items', {
      params: { path: { collectionId: 'day_orders' } },
      body: { type: 'Feature', geometry: null, properties: { ...properties } },
    }),
  );

/** Ends an order early. Its history stays. */
export const endOrder = (featureId: string): Promise<void> =>
  done(
    http.DELETE('/api/collections/{collectionId}/items/{featureId}', {
      params: { path: { collectionId: 'day_orders', featureId } },
    }),
  );
