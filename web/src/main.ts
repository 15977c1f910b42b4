import { createApp } from 'vue';
import '@/core/theme/base.css';
import { applyLanguage } from '@/core/i18n/lang';
import App from './App.vue';
import { makeRouter } from './router';

applyLanguage();
const router = makeRouter();
const app = createApp(App).use(router);
// Not before the page's own chunk is there: nothing is drawn twice.
await router.isReady();
app.mount('#app');
