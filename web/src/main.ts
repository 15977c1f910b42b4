// The shell: looks at the address and loads that page alone. Pages are separate rooms (the wall never
// pays for the documents' viewer), and going from one to another is a plain link.
import { createApp, type Component } from 'vue';
import '@/core/theme/base.css';
import { applyLanguage } from '@/core/i18n/lang';

type Page = () => Promise<{ default: Component }>;

const pages: Record<string, Page> = {
  '/': () => import('@/pages/home/HomePage.vue'),
  '/wall': () => import('@/pages/wall/WallPage.vue'),
  '/sign-in': () => import('@/pages/signin/SignInPage.vue'),
  '/docs': () => import('@/pages/docs/DocsPage.vue'),
};

const path = location.pathname.replace(/\/+$/, '') || '/';
const load = pages[path] ?? (() => import('@/pages/home/NotFoundPage.vue'));

applyLanguage();
const { default: root } = await load();
createApp(root).mount('#app');
