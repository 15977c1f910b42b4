// Where one is within the page, in the part of the address after #, so that the phone's back button works.

export type Route = { view: 'list' } | { view: 'outbox' } | { view: 'case' | 'handle' | 'return' | 'verify'; case: string };

export function routeOf(hash: string): Route {
  const [view, id, form] = hash.replace(/^#/, '').split('/');
  if (view === 'outbox') return { view };
  if (view !== 'case' || !id) return { view: 'list' };
  const subject = decodeURIComponent(id);
  return { view: form === 'handle' || form === 'return' || form === 'verify' ? form : 'case', case: subject };
}
