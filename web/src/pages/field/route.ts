// Which screen of the page an address shows.
import type { RouteLocationNormalizedLoaded } from 'vue-router';

export type Form = 'handle' | 'return' | 'verify';
export type Screen = { view: 'list' } | { view: 'outbox' } | { view: 'case' | Form; case: string };

export function screenOf({ name, params }: Pick<RouteLocationNormalizedLoaded, 'name' | 'params'>): Screen {
  if (name === 'field-outbox') return { view: 'outbox' };
  if (name === 'field-case') return { view: 'case', case: String(params['id']) };
  if (name === 'field-form') return { view: params['form'] as Form, case: String(params['id']) };
  return { view: 'list' };
}
