// The thematic maps that a page shows: one, or two side by side. They are requested while they are shown: at once, soon
// after a commit, and now and then, because a new day or a changed `themes.toml` changes them too.
import { computed, shallowRef, watch } from 'vue';
import { explain } from '@/core/api/explain';
import { usePoll } from '@/core/live/usePoll';
import { themeList, themeMap, type By, type ThemeMap, type ThemeShown } from './client';
import { themeAfter } from './theme';

/** The server makes maps at most once a second. The delay after a commit, and the shortest time between requests. */
const SOON = 1_500;
const SELDOM = 3_000;
/** The usual pause, and the pause while a commit is so new that the next map may still change, in milliseconds. */
const USUAL = 10_000;
const NEW = 4_000;
const PAUSE = { first: 3_000, longest: 60_000 };

export type ThemesKeeper = ReturnType<typeof useThemes>;

export function useThemes(options: {
  active: () => boolean;
  /** The id of the theme; '' or an unknown one for the one that is due. */
  theme: () => string;
  /** The id of a second theme; '' for none. */
  beside?: () => string;
  /** The kind of areas; null for the first of the theme. */
  by?: () => By | null;
  /** The past moment; null for now. */
  asOf?: () => Date | null;
}) {
  const list = shallowRef<ThemeShown[]>([]);
  const turn = shallowRef(0);
  const maps = shallowRef<{ asked: string; first: ThemeMap; second: ThemeMap | null } | null>(null);
  let touched = Number.NEGATIVE_INFINITY;

  const find = (id: string): ThemeShown | null => list.value.find((theme) => theme.id === id) ?? null;
  const chosen = computed(
    () => find(options.theme()) ?? list.value[turn.value % Math.max(1, list.value.length)] ?? null,
  );
  const second = computed(() => {
    const found = find(options.beside?.() ?? '');
    return found && found.id !== chosen.value?.id ? found : null;
  });
  const byOf = (theme: ThemeShown): By => {
    const wanted = options.by?.() ?? null;
    return (wanted && theme.by.includes(wanted) ? wanted : theme.by[0]) ?? 'grid';
  };
  const asked = computed(() =>
    [chosen.value, second.value]
      .map((theme) => (theme ? `${theme.id}/${byOf(theme)}` : ''))
      .concat(options.asOf?.()?.toISOString() ?? '')
      .join(),
  );
  const shown = computed(() => (maps.value?.asked === asked.value ? maps.value : null));

  async function ask(signal: AbortSignal): Promise<void> {
    if (!options.active()) return;
    const known = await themeList(signal);
    if (JSON.stringify(known) !== JSON.stringify(list.value)) list.value = known;
    const [one, two] = [chosen.value, second.value];
    if (!one) {
      maps.value = null;
      return;
    }
    const key = asked.value;
    const load = (theme: ThemeShown): Promise<ThemeMap> =>
      themeMap(theme.id, byOf(theme), options.asOf?.() ?? null, signal);
    const [first, other] = await Promise.all([load(one), two ? load(two) : null]);
    maps.value = { asked: key, first, second: other };
  }

  const poll = usePoll({
    ask,
    every() {
      if (!options.active()) return null;
      return Date.now() - touched < 3 * NEW ? NEW : USUAL;
    },
    soon: SOON,
    seldom: SELDOM,
    pause: PAUSE,
  });
  watch([options.active, asked], ([isActive, now], [wasActive, before]) => {
    // The first answer of the list also changes `asked`; its maps are already being requested.
    if (isActive && (!wasActive || (!before.startsWith(',') && now !== before))) poll.anew();
  });
  if (options.active()) void poll.ask();

  return {
    list,
    chosen,
    second,
    map: computed(() => shown.value?.first ?? null),
    besideMap: computed(() => shown.value?.second ?? null),
    /** The error text while the last request has failed. */
    failure: computed(() => (poll.error.value === null ? '' : explain(poll.error.value))),
    busy: poll.asking,
    /** The id of the theme after the shown one. */
    after: () =>
      themeAfter(
        list.value.map(({ id }) => id),
        chosen.value?.id ?? '',
      ),
    /** The id of the second theme after the shown one; '' after the last, so that the second map is closed. */
    afterBeside(): string {
      const ids = list.value.map(({ id }) => id).filter((id) => id !== chosen.value?.id);
      return second.value ? (ids[ids.indexOf(second.value.id) + 1] ?? '') : (ids[0] ?? '');
    },
    /** Shows the next theme, if the settings name none. */
    advance: () => (turn.value += 1),
    /** Called when something may have changed. */
    touch() {
      touched = Date.now();
      if (options.active()) poll.touch();
    },
  };
}
