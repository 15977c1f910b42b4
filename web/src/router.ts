// The addresses of the pages and of what is open in them. Each page is a chunk of its own, so that the wall screen
// does not load the API documentation; links between pages are plain links. The server knows the same addresses
// (`src/http/assets.rs`).
import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteRecordRaw } from 'vue-router';
import { ROOT } from '@/core/api/root';

const accounts = () => import('@/pages/accounts/AccountsPage.vue');
const card = () => import('@/pages/card/CardPage.vue');
const board = () => import('@/pages/board/BoardPage.vue');
const desk = () => import('@/pages/desk/DeskPage.vue');
const field = () => import('@/pages/field/FieldPage.vue');
const home = () => import('@/pages/home/HomePage.vue');
const planner = () => import('@/pages/planner/PlannerPage.vue');
const records = () => import('@/pages/records/RecordsPage.vue');
const report = () => import('@/pages/report/ReportPage.vue');
const rider = () => import('@/pages/rider/RiderPage.vue');

export const routes: RouteRecordRaw[] = [
  { path: '/', component: home },
  { path: '/wall', name: 'wall', component: () => import('@/pages/wall/WallPage.vue') },
  { path: '/desk', name: 'desk', component: desk },
  // The address of a case in earlier versions.
  {
    path: '/desk/cases/:id',
    redirect: ({ params, query }) => ({ path: '/desk', query: { ...query, case: params['id'] } }),
  },
  { path: '/field', name: 'field', component: field },
  { path: '/field/outbox', name: 'field-outbox', component: field },
  { path: '/field/map', name: 'field-map', component: field },
  { path: '/field/patrol', name: 'field-patrol', component: field },
  { path: '/field/patrol/place', name: 'field-patrol-place', component: field },
  { path: '/field/rounds', name: 'field-rounds', component: field },
  { path: '/field/phone', name: 'field-phone', component: field },
  { path: '/field/wishes', name: 'field-wishes', component: field },
  { path: '/field/cases/:id', name: 'field-case', component: field },
  { path: '/field/cases/:id/:form(handle|return|verify|note)', name: 'field-form', component: field },
  { path: '/report', name: 'report', component: report },
  { path: '/report/mine', name: 'report-mine', component: report },
  { path: '/report/place', name: 'report-place', component: report },
  { path: '/rider', name: 'rider', component: rider },
  { path: '/rider/way', name: 'rider-way', component: rider },
  { path: '/rider/orders', name: 'rider-orders', component: rider },
  { path: '/rider/orders/way', name: 'rider-tour', component: rider },
  { path: '/rider/scan', name: 'rider-scan', component: rider },
  { path: '/rider/place', name: 'rider-place', component: rider },
  { path: '/rider/near/:service', name: 'rider-near', component: rider },
  { path: '/board', name: 'board', component: board },
  { path: '/card', name: 'card', component: card },
  { path: '/records', name: 'records', component: records },
  { path: '/planner', name: 'planner', component: planner },
  {
    path: '/planner/:mode(try|choose|ways|compare|hand-over|report)',
    name: 'planner-mode',
    component: planner,
  },
  { path: '/accounts', name: 'accounts', component: accounts },
  { path: '/accounts/invites', name: 'accounts-invites', component: accounts },
  { path: '/accounts/:id', name: 'account', component: accounts },
  { path: '/sign-in', component: () => import('@/pages/signin/SignInPage.vue') },
  { path: '/docs', component: () => import('@/pages/docs/DocsPage.vue') },
  // The server answers 404 for all other addresses. Only a development server gets here.
  { path: '/:rest(.*)', component: home },
];

/**
 * The present address for a link of an earlier version, which named the open form after `#`; null if the link is
 * not of that kind.
 */
export function moved({ path, hash }: Pick<RouteLocationNormalized, 'path' | 'hash'>): string | null {
  if (path === '/field' && hash === '#outbox') return '/field/outbox';
  const [, id, form] = (path === '/field' && /^#case\/([^/]+)(?:\/(handle|return|verify))?$/.exec(hash)) || [];
  if (id) return `/field/cases/${id}${form ? `/${form}` : ''}`;
  if (path === '/report' && (hash === '#mine' || hash === '#place')) return `/report/${hash.slice(1)}`;
  if (path === '/accounts' && hash === '#invites') return '/accounts/invites';
  return null;
}

export function makeRouter(history = createWebHistory(ROOT || '/')) {
  const router = createRouter({
    history,
    routes,
    // Going back restores the scroll position. A new screen starts at its top.
    scrollBehavior: (to, from, saved) => (to.path === from.path ? undefined : (saved ?? { top: 0 })),
  });
  router.beforeEach((to) => moved(to) ?? true);
  return router;
}
