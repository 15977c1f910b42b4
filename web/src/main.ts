import { createApp } from 'vue';
import '@/core/theme/base.css';
import { applyLanguage } from '@/core/i18n/lang';
import { guardComposition } from '@/core/page/composition';
import App from './App.vue';
import { makeRouter } from './router';

applyLanguage();
guardComposition();
const router = makeRouter();
const app = createApp(App).use(router);
// Waits until the page's own chunk is loaded, so that nothing is drawn twice.
await router.isReady();
app.mount('#app');
