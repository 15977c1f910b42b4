// Makes this page, and no other, installable as an app.
import { under } from '@/core/api/root';
import { onScopeDispose } from 'vue';

export function installable(): void {
  const links = [
    { rel: 'manifest', href: under('/field.webmanifest') },
    { rel: 'apple-touch-icon', href: under('/icons/field-180.png') },
  ].map((attributes) => Object.assign(document.createElement('link'), attributes));
  document.head.append(...links);
  onScopeDispose(() => {
    for (const link of links) link.remove();
  });
}
