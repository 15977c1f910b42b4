// Makes a page, and no other, installable as an app.
import { under } from '@/core/api/root';
import { onScopeDispose, ref, type Ref } from 'vue';

/** The browser's offer to install the page. TypeScript has no type for it, because only Chromium supports it. */
interface InstallPrompt extends Event {
  prompt: () => Promise<unknown>;
}

/**
 * Links the manifest and the icon of the page.
 *
 * @returns whether the browser can install the page now, and a function that asks the person.
 */
export function installable(page: 'field' | 'rider'): { offered: Ref<boolean>; install: () => void } {
  const links = [
    { rel: 'manifest', href: under(`/${page}.webmanifest`) },
    { rel: 'apple-touch-icon', href: under(`/icons/${page}-180.png`) },
  ].map((attributes) => Object.assign(document.createElement('link'), attributes));
  document.head.append(...links);

  const offered = ref(false);
  let prompt: InstallPrompt | null = null;
  const keep = (event: Event): void => {
    event.preventDefault(); // instead of the browser, the page offers the installation
    prompt = event as InstallPrompt;
    offered.value = true;
  };
  const done = (): void => {
    prompt = null;
    offered.value = false;
  };
  addEventListener('beforeinstallprompt', keep);
  addEventListener('appinstalled', done);
  onScopeDispose(() => {
    for (const link of links) link.remove();
    removeEventListener('beforeinstallprompt', keep);
    removeEventListener('appinstalled', done);
  });
  return {
    offered,
    install() {
      void prompt?.prompt().catch(() => {});
      done(); // an offer can be used once
    },
  };
}
