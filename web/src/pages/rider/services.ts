// Services that a rider may need on the way, such as first aid. Every screen links to them.
import type { Bilingual } from '@/core/i18n/lang';
import type { SymbolName } from '@/core/symbols/symbols';

export interface ServicePlace {
  /** The short name, for the button. */
  name: Bilingual;
  /** The full name, for use in a sentence. */
  full: Bilingual;
  symbol: SymbolName;
  collection: string;
  /** The kind of feature in the collection; null for all. */
  kind: string | null;
}

export const services = {
  first_aid: {
    name: { zh: '急救', en: 'First aid' },
    full: { zh: '急救站', en: 'first-aid station' },
    symbol: 'first_aid',
    collection: 'first_aid_stations',
    kind: null,
  },
  battery_swap: {
    name: { zh: '换电', en: 'Battery swap' },
    full: { zh: '换电柜', en: 'swap cabinet' },
    symbol: 'battery_swap',
    collection: 'facilities',
    kind: 'battery_swap',
  },
  rest_stop: {
    name: { zh: '驿站', en: 'Rest stop' },
    full: { zh: '骑手驿站', en: 'rest stop' },
    symbol: 'rest_stop',
    collection: 'facilities',
    kind: 'rest_stop',
  },
  toilet: {
    name: { zh: '厕所', en: 'Toilet' },
    full: { zh: '公厕', en: 'toilet' },
    symbol: 'toilet',
    collection: 'facilities',
    kind: 'toilet',
  },
} satisfies Record<string, ServicePlace>;

export type Service = keyof typeof services;

export const isService = (text: unknown): text is Service => typeof text === 'string' && Object.hasOwn(services, text);
