// The state and the functions of the wall screen. The page only displays them.
import { computed, nextTick, ref, watch } from 'vue';
import { ApiError } from '@/core/api/client';
import { lang, pick, type Bilingual } from '@/core/i18n/lang';
import { categoryWords } from '@/core/i18n/words';
import { useLive } from '@/core/live/useLive';
import { farPlaces } from '@/core/planning/reach';
import { useDayOrders } from '@/core/orders/useDayOrders';
import { useToast } from '@/core/page/useToast';
import { emptyOf, missingIn, ranked, viewFor } from './coverage/coverage';
import { useCoverage } from './coverage/useCoverage';
import { coverageWords } from './coverage/words';
import { useProjects } from './projects/useProjects';
import { wallProjectWords } from './projects/words';
import type { DrawnTheme } from '@/core/themes/ThemeLayer';
import type { ThemeMap } from '@/core/themes/client';
import { useThemes } from '@/core/themes/useThemes';
import { wallThemeWords } from './themes/words';
import { reactTo } from './arrivals';
import {
  byCategory,
  byCommunity,
  byHousing,
  byLevel,
  gridCounts,
  isDrill,
  isRed,
  ledgerOf,
  newest,
  sharesOf,
  shortUnit,
  sinceOf,
  type Warning,
} from './derive';
import { useHealth } from './health';
import { useKiosk } from './kiosk';
import type { DrawnCoverage } from './layers/coverage';
import { remember, remembered, type LayerName } from './layers/switches';
import type { WallMode } from './mode';
import { useSound } from '@/core/page/sound';
import { useSummary } from './summary';
import { usePast } from './usePast';
import { useRotation } from './useRotation';
import { showsCases, type View } from './settings';
import { useSettings } from './useSettings';
import { useTour } from './useTour';
import { useWallMap } from './useWallMap';
import { WallState } from './wallState';
import { words } from './words';

/**
 * Measures the time that an update takes on this page. The entries are only sent to observers and not stored.
 */
function drawn(update: () => void): void {
  const start = performance.now();
  update();
  void nextTick(() => {
    performance.measure('wall-update', { start });
    performance.clearMeasures('wall-update');
  });
}

/** The name of a case: its category and its place. */
const nameOf = (warning: Warning, in_: 'zh' | 'en'): string =>
  [pick(categoryWords(warning.properties.category), in_), warning.properties.place].filter(Boolean).join(' · ');

export type Wall = ReturnType<typeof useWall>;

export function useWall() {
  const off = ref<ReadonlySet<LayerName>>(new Set(remembered()));
  const empty = ref(false);
  const { toast, show: say } = useToast<Bilingual>();
  const kiosk = useKiosk();

  const state: WallState = new WallState(
    {
      onLoaded: () => map.redraw(),
      onGrids: (ids) => drawn(() => map.grids(ids)),
      onWarnings: (ids) => drawn(() => map.warnings(ids)),
      onTiles: (collections) => map.tiles(collections),
      onNewRed(warning) {
        if (!isWanted(warning)) return;
        sound.news();
        // A new case is on the first page of the ledger.
        rotation.restart();
        tour.news(warning.id, sinceOf(warning));
        // While the past is shown, new cases are announced in words.
        if (past.isPast)
          say({
            zh: `${words.zh.newRed}：${nameOf(warning, 'zh')}`,
            en: `${words.en.newRed}: ${nameOf(warning, 'en')}`,
          });
      },
      onRedGone: (id) => tour.drop(id),
      onArrivals(arrivals) {
        const reaction = reactTo(arrivals, map.seen());
        if (reaction.toast) say(reaction.toast);
        if (reaction.flyTo) map.flyTo(reaction.flyTo);
        empty.value = state.empty;
      },
    },
    () => live.reload(),
  );
  const live = useLive(null, null, {
    async load(signal) {
      await kiosk.ensure();
      const seq = await state.load(signal);
      empty.value = state.empty;
      figures.touch();
      // The first load happens beside the first request for the coverage.
      if (loaded.value) coverage.touch();
      themes.touch();
      projects.touch();
      return seq;
    },
    apply(commit) {
      const start = performance.now();
      state.apply(commit);
      figures.touch();
      dayOrders.apply(commit);
      coverage.apply(commit);
      themes.touch();
      projects.apply(commit);
      performance.measure('wall-commit', { start });
      performance.clearMeasures('wall-commit');
    },
    // When the session has ended, the token in the link opens a new one.
    async failed(error) {
      if (error instanceof ApiError && (error.status === 401 || error.status === 403)) await kiosk.ensure();
    },
    rings: () => settings.value.sound,
  });
  const { fresh } = live;
  const dayOrders = useDayOrders();
  const loaded = computed(() => live.phase.value === 'ready');
  /** Why there is no data yet. */
  const failure = computed(() =>
    loaded.value || live.error.value === null
      ? ''
      : live.error.value instanceof Error
        ? live.error.value.message
        : String(live.error.value),
  );

  const communities = computed(() => (state.grids.value.size > 0 ? state.communities() : []));
  const { settings, notices, change, wanted } = useSettings(() => communities.value, loaded);
  const figures = useSummary({ now: () => fresh.now.value, communities: () => [...(wanted.value ?? [])] });
  const rotation = useRotation(() => settings.value.rotate);
  const sound = useSound(() => settings.value.sound);
  const health = useHealth(() => ({
    stale: fresh.stale.value,
    heardAt: fresh.heardAt.value,
    offset: fresh.offset.value,
    figuresAway: figures.failure.value !== '',
  }));
  const coverage = useCoverage({
    active: () => settings.value.view === 'coverage',
    settings: () => settings.value,
    now: () => fresh.now.value,
    signIn: kiosk.ensure,
  });
  /** What the coverage view draws; null if there is nothing to say, so that nobody is marked for a lack of data. */
  const covered = computed<DrawnCoverage | null>(() => {
    const now = coverage.current.value;
    if (!now || emptyOf(now.answer)) return null;
    const areas = ranked(now.answer.by, wanted.value).map(({ id, name, people, covered, share }) => ({
      id,
      name,
      geometry: state.grids.value.get(id)?.geometry ?? null,
      share: share ?? null,
      missing: missingIn({ people, covered }),
    }));
    const worst = areas[0]?.missing ? areas[0].id : null;
    return {
      places: farPlaces(now.answer),
      points: now.points,
      areas: areas.map((area) => ({ ...area, isWorst: area.id === worst })),
    };
  });
  const themes = useThemes({
    active: () => settings.value.view === 'themes',
    theme: () => settings.value.theme,
    beside: () => settings.value.beside,
  });
  const projects = useProjects({
    active: () => settings.value.view === 'projects',
    turn: () => rotation.turn.value,
    isShown: (place) => !wanted.value || wanted.value.has(state.communityOf(place) ?? ''),
  });
  const selected = ref('');
  const drawTheme = (theme: ThemeMap | null): DrawnTheme | null =>
    theme && {
      map: theme,
      outline: (id) => (isShownArea(id) ? (state.grids.value.get(id)?.geometry ?? null) : null),
      selected: selected.value,
    };
  const themed = computed(() => drawTheme(themes.map.value));
  /** The second of two themes side by side; null for none. */
  const themeBeside = computed(() => (view.value === 'themes' ? drawTheme(themes.besideMap.value) : null));
  const map = useWallMap(state, {
    lang: () => lang.value,
    off: () => off.value,
    view: () => view.value,
    category: () => settings.value.category,
    coverage: () => covered.value,
    theme: () => themed.value,
    projects: () => projects.drawn.value,
    // Grids are too many to be named; their communities are known by place.
    areaLabel: (id) => (themes.map.value?.by === 'community' ? (gridName(id) ?? '') : ''),
    communities: () => wanted.value,
    // Levels are never drawn together with the ramp of distances or of a theme, or with projects.
    isWanted: (warning) => showsCases(view.value) && isWanted(warning),
    part: () => settings.value.part,
    cardShown: () => settings.value.cards,
    isPast: () => past.isPast,
  });

  const communityOf = (warning: Warning): string | undefined =>
    warning.properties.community ?? state.communityOf(warning.properties.grid);

  /** Whether a warning is in a community that this screen shows. */
  function isWanted(warning: Warning): boolean {
    if (!wanted.value) return true;
    const community = communityOf(warning);
    return community !== undefined && wanted.value.has(community);
  }

  /** Whether an area of a theme is in a community that this screen shows. */
  function isShownArea(id: string): boolean {
    return !wanted.value || wanted.value.has(state.communityOf(id) ?? '');
  }

  const gridName = (id: string | undefined): string | undefined => (id ? state.grids.value.get(id)?.name : undefined);
  const street = computed(() => [...state.grids.value.values()].find((grid) => grid.kind === 'street')?.name);
  const unitName = (id: string | undefined): string | undefined => {
    const name = id ? state.units.get(id) : undefined;
    return name && shortUnit(name, street.value);
  };

  /** The open cases in the shown communities. */
  const open = computed(() => {
    const all = [...state.warnings.value.values()];
    return wanted.value ? all.filter(isWanted) : all;
  });
  const grids = computed(() => {
    const all = [...state.grids.value.values()];
    const only = wanted.value;
    return only ? all.filter((g) => only.has(g.id) || only.has(g.parent)) : all;
  });
  const counts = computed(() => gridCounts(grids.value.flatMap((g) => g.status ?? [])));
  const list = computed(() => newest(open.value));
  /** Whether the ledger has ever contained anything. If not, "no red case" is not good news. */
  const known = computed(
    () =>
      open.value.length > 0 ||
      counts.value.red + counts.value.yellow + counts.value.green > 0 ||
      (figures.summary.value?.days.some((d) => d.reported + d.closed > 0) ?? false),
  );

  const { tour, touring, progress, oldest, current } = useTour({
    state,
    map,
    communities: () => communities.value,
    wanted: () => wanted.value,
    open: () => open.value,
    list: () => (showsCases(settings.value.view) ? list.value : []),
    dwell: () => settings.value.tour * 1000,
  });
  const { past, frame, moment, scene } = usePast({
    state,
    map: () => map,
    now: () => fresh.now.value.getTime(),
    entered() {
      tour.hold(true);
      map.mark(null);
      map.goHome();
    },
    left() {
      map.mark(oldest.value);
      map.goHome();
      tour.hold(false);
    },
  });
  const mode = computed<WallMode>(() =>
    moment.value.at
      ? { kind: 'past', ...moment.value, at: moment.value.at, frame: frame.value }
      : { kind: 'now', ...touring.value },
  );

  /** What the screen shows. */
  const view = computed<View>(() => viewFor(settings.value.view, moment.value.at !== null, touring.value.isNew));

  /**
   * The case on the card: the red case that the camera shows, otherwise the newest red case. The
   * case that has been red for the longest time has its own panel and a ring on the map.
   */
  const focused = computed(() => current.value ?? list.value.find((x) => isRed(x) && !isDrill(x)) ?? null);
  const lookedAt = computed(() => {
    const { stop } = touring.value;
    if (stop?.kind === 'community') return gridName(stop.id) ?? '';
    return current.value ? nameOf(current.value, lang.value) : '';
  });
  /** What the map shows, for its text alternative. */
  const shownGrids = computed(() => {
    const stood = scene.value;
    return stood ? grids.value.map((g) => stood.grids.get(g.id) ?? g) : grids.value;
  });
  const shownWarnings = computed(() =>
    scene.value ? [...scene.value.warnings.values()].filter(isWanted) : open.value,
  );

  function toggleLayer(name: LayerName): void {
    const next = new Set(off.value);
    if (!next.delete(name)) next.add(name);
    off.value = next;
    remember(next);
    map.toggle(next);
  }

  /** Starts the map and the requested moment when the data is loaded. */
  function begin(container: HTMLElement): void {
    if (settings.value.at) {
      if (settings.value.speed > 0) past.speed = settings.value.speed;
      past.playing = settings.value.speed > 0;
      past.seek(settings.value.at);
    }
    // The tour starts when the first map is ready.
    watch(map.built, () => tour.retune(), { once: true });
    void map.build(container);
  }

  /** Shows the coverage; if it is shown already, the next standard. */
  function showCoverage(): void {
    if (settings.value.view === 'coverage') change({ standard: coverage.after() });
    else change({ view: 'coverage' });
    if (view.value !== 'coverage') say({ zh: coverageWords.zh.afterRed, en: coverageWords.en.afterRed });
  }

  /** Shows the themes; if they are shown already, the next one. */
  function showThemes(): void {
    if (settings.value.view === 'themes') change({ theme: themes.after() });
    else change({ view: 'themes' });
    if (view.value !== 'themes') say({ zh: wallThemeWords.zh.afterRed, en: wallThemeWords.en.afterRed });
  }

  /** Shows the projects; if they are shown already, selects the next one. */
  function showProjects(): void {
    if (settings.value.view === 'projects') projects.next();
    else change({ view: 'projects' });
    if (view.value !== 'projects') say({ zh: wallProjectWords.zh.afterRed, en: wallProjectWords.en.afterRed });
  }

  /** Pauses what moves by itself, or lets it continue. */
  function togglePause(): void {
    const stop = !tour.paused && !rotation.paused.value;
    if (tour.paused !== stop) tour.toggle();
    if (rotation.paused.value !== stop) rotation.toggle();
  }

  watch(lang, (to) => map.speak(to));
  watch(
    [view, () => settings.value.category, wanted, () => settings.value.part, () => themeBeside.value === null],
    () => {
      map.restyle();
      const { stop } = touring.value;
      // The camera does not stay at a case that the view does not show.
      if (!showsCases(view.value) && stop?.kind === 'red') tour.home();
      if (stop?.kind !== 'red') map.mark(oldest.value);
      if (stop === null) map.goHome();
    },
    // After the page has been laid out, because the map may have another width.
    { flush: 'post' },
  );
  watch(covered, map.cover);
  watch(themed, map.theme);
  watch(projects.drawn, map.projects);
  // If the address names no standard or no theme, each round of the tour shows the next one.
  watch(
    () => touring.value.stop,
    (stop, before) => {
      const round = communities.value.filter((c) => !wanted.value || wanted.value.has(c.id));
      const isOver = stop?.id === round[0]?.id && before?.id === round.at(-1)?.id;
      if (view.value === 'coverage' && stop && isOver) coverage.advance();
      if (view.value === 'themes' && stop && isOver) themes.advance();
    },
  );
  watch(wanted, figures.anew);

  return {
    state,
    live,
    fresh,
    loaded,
    failure,
    empty,
    settings,
    notices,
    change,
    communities,
    map,
    tour,
    past,
    rotation,
    togglePause,
    mode,
    progress,
    figures,
    orders: dayOrders.orders,
    kioskFailure: kiosk.failure,
    open,
    counts,
    list,
    known,
    view,
    coverage,
    showCoverage,
    themes,
    themeBeside,
    showThemes,
    projects,
    showProjects,
    /** Shows the next theme beside the shown one; after the last, none. */
    nextBeside: () => change({ view: 'themes', beside: themes.afterBeside() }),
    /** The selected area of the theme; '' for none. */
    selected,
    isShownArea,
    categories: computed(() => byCategory(open.value)),
    wanted,
    openByLevel: computed(() => byLevel(open.value)),
    /** The community that the tour shows; '' for none. */
    community: computed(() => (touring.value.stop?.kind === 'community' ? touring.value.stop.id : '')),
    housing: computed(() => byHousing(open.value)),
    focused,
    current,
    /** The cases of the ledger, without the one on the card. */
    rest: computed(() => ledgerOf(open.value).filter((x) => x.id !== focused.value?.id)),
    shares: computed(() => sharesOf(open.value)),
    /** The ranking of the shown communities. */
    ranking: computed(() =>
      byCommunity(
        open.value,
        communities.value.filter((c) => !wanted.value || wanted.value.has(c.id)),
        communityOf,
      ),
    ),
    newRed: computed(() => (touring.value.isNew ? current.value : null)),
    lookedAt,
    shownGrids,
    shownWarnings,
    shownOpen: computed(() => byLevel(shownWarnings.value)),
    shownCounts: computed(() =>
      scene.value ? gridCounts(shownGrids.value.flatMap((g) => g.status ?? [])) : counts.value,
    ),
    /** The problems, with the less important ones last. */
    troubles: computed(() => [
      ...health.troubles.value,
      ...(sound.blocked.value ? [{ zh: words.zh.soundBlocked, en: words.en.soundBlocked }] : []),
    ]),
    title: computed(() => state.landing.value?.title ?? words[lang.value].page),
    off,
    toggleLayer,
    toast,
    say,
    gridName,
    unitName,
    begin,
  };
}
