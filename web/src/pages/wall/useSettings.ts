// The settings of this wall screen. They are read from its address and the preset in it, changed by keys and the
// dialog, and written back to the address, so that a reload shows the same.
import { computed, onScopeDispose, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { useRouter } from 'vue-router';
import { ApiError } from '@/core/api/client';
import { lang, pick, setLanguage } from '@/core/i18n/lang';
import { backoff } from '@/core/live/backoff';
import { presets } from './presets';
import { DEFAULTS, findCommunities, linkTo, readSettings, steadySet, type Misread, type Settings } from './settings';
import type { Grid } from './wallState';
import { words } from './words';

export interface SettingsKeeper {
  settings: ShallowRef<Settings>;
  /** Texts about invalid settings. */
  notices: ComputedRef<string[]>;
  change: (changes: Partial<Settings>) => void;
  /** The shown communities; null for all. */
  wanted: ComputedRef<ReadonlySet<string> | null>;
}

export function useSettings(communities: () => Grid[], known: Ref<boolean>): SettingsKeeper {
  const router = useRouter();
  const address = new URLSearchParams(location.search);
  const first = readSettings(address);
  const settings = shallowRef<Settings>(first.settings);
  const misread = shallowRef<Misread[]>(first.misread);
  const preset = ref<'' | 'missing' | 'away'>('');
  let base: Settings = { ...DEFAULTS, preset: first.settings.preset };
  let failures = 0;
  let touched = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => clearTimeout(timer));
  if (first.settings.lang) setLanguage(first.settings.lang);

  async function loadPreset(name: string): Promise<void> {
    try {
      const found = (await presets()).find((p) => p.name === name);
      preset.value = found ? '' : 'missing';
      if (!found || touched) return;
      const read = readSettings(address, found.settings);
      base = { ...readSettings([], found.settings).settings, preset: '' };
      settings.value = read.settings;
      misread.value = read.misread;
      if (read.settings.lang) setLanguage(read.settings.lang);
    } catch (error) {
      // 404 means that the preset does not exist, so it is not requested again.
      preset.value = error instanceof ApiError && error.status === 404 ? 'missing' : 'away';
      if (preset.value === 'away')
        timer = setTimeout(() => void loadPreset(name), backoff((failures += 1), { first: 2000, longest: 60_000 }));
    }
  }
  if (first.settings.preset) void loadPreset(first.settings.preset);

  const found = computed(() => findCommunities(settings.value.communities, communities()));
  const wanted = computed<ReadonlySet<string> | null>((before) => steadySet(found.value.ids, before));
  return {
    settings,
    wanted,
    notices: computed(() => {
      const w = words[lang.value];
      const lines = misread.value.map((m) => w.misread(m.key, m.value.slice(0, 40), pick(m.expected)));
      if (known.value && found.value.unknown.length > 0)
        lines.push(w.unknownCommunities(found.value.unknown.join(', ').slice(0, 120)));
      if (preset.value === 'missing') lines.push(w.presetMissing(settings.value.preset));
      if (preset.value === 'away') lines.push(w.presetAway(settings.value.preset));
      return lines;
    }),
    change(changes) {
      touched = true;
      settings.value = { ...settings.value, ...changes };
      if (changes.lang) setLanguage(changes.lang);
      misread.value = [];
      // The address contains only the settings that differ from the preset or, without a preset, from the defaults.
      const from = settings.value.preset ? base : DEFAULTS;
      void router.replace(
        linkTo({ ...settings.value, at: null, speed: 0 }, '', { ...from, preset: '' }) + location.hash,
      );
    },
  };
}
