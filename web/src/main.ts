// The shell: looks at the address and loads that page alone. Pages are separate rooms (the wall never
// pays for the documents' viewer), and going from one to another is a plain link.
import { createApp, type Component } from 'vue';
import '@/core/theme/base.css';
import { ROOT } from '@/core/api/root';
import { applyLanguage } from '@/core/i18n/lang';

type Page = () => Promise<{ default: Component }>;

const pages: Record<string, Page> = {
  '/': () => import('@/pages/home/HomePage.vue'),
  '/wall': () => import('@/pages/wall/WallPage.vue'),
  '/desk': () => import('@/pages/desk/DeskPage.vue'),
  '/field': () => import('@/pages/field/FieldPage.vue'),
  '/report': () => import('@/pages/report/ReportPage.vue'),
  '/sign-in': () => import('@/pages/signin/SignInPage.vue'),
  '/accounts': () => import('@/pages/accounts/AccountsPage.vue'),
  '/docs': () => import('@/pages/docs/DocsPage.vue'),
};

const path = location.pathname.slice(ROOT.length).replace(/\/+$/, '') || '/';
// The server answers 404 for every other address; only a development server gets past here.
const load = pages[path] ?? pages['/'];

applyLanguage();
const root = await load?.();
if (root) createApp(root.default).mount('#app');
