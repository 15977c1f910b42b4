// Shows a short message on the page.
import { inject, type InjectionKey } from 'vue';

export const sayKey: InjectionKey<(text: string) => void> = Symbol('say');

export const injectSay = (): ((text: string) => void) => inject(sayKey, () => {});
