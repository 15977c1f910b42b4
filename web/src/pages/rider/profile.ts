// The travel profile of the rider, stored on this phone.
import { ref } from 'vue';
import type { Bilingual } from '@/core/i18n/lang';

export const PROFILES = ['ebike', 'foot', 'cargo_trike', 'wheelchair'] as const;
export type ProfileId = (typeof PROFILES)[number];

export const profileNames: Record<ProfileId, Bilingual> = {
  ebike: { zh: '电动自行车', en: 'E-bike' },
  foot: { zh: '步行', en: 'On foot' },
  cargo_trike: { zh: '三轮货车', en: 'Cargo trike' },
  wheelchair: { zh: '轮椅', en: 'Wheelchair' },
};

const KEY = 'onemap.rider.profile';

function kept(): ProfileId {
  try {
    const said = localStorage.getItem(KEY);
    return PROFILES.find((p) => p === said) ?? 'ebike';
  } catch {
    return 'ebike'; // storage may be blocked
  }
}

export const profile = ref<ProfileId>(kept());

export function chooseProfile(to: ProfileId): void {
  profile.value = to;
  try {
    localStorage.setItem(KEY, to);
  } catch {
    // Without storage the choice lasts until the page is closed.
  }
}
