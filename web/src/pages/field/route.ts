// Which screen of the page an address shows.
import type { RouteLocationNormalizedLoaded } from 'vue-router';

export type Form = 'handle' | 'return' | 'verify' | 'note';
export type Screen =
  | { view: 'list' | 'outbox' | 'map' | 'patrol' | 'patrol-place' | 'rounds' | 'phone' | 'wishes' }
  | { view: 'case' | Form; case: string };

const VIEWS = ['outbox', 'map', 'patrol', 'patrol-place', 'rounds', 'phone', 'wishes'] as const;

export function screenOf({ name, params }: Pick<RouteLocationNormalizedLoaded, 'name' | 'params'>): Screen {
  const view = VIEWS.find((one) => name === `field-${one}`);
  if (view) return { view };
  if (name === 'field-case') return { view: 'case', case: String(params['id']) };
  if (name === 'field-form') return { view: params['form'] as Form, case: String(params['id']) };
  return { view: 'list' };
}
