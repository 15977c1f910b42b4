// The projects that the wall shows. They are requested while they are shown: at once, after each commit that changes one,
// and now and then, because ratings are not sent with the feed.
import { computed, ref, shallowRef, watch } from 'vue';
import { explain } from '@/core/api/explain';
import type { CommitEvent } from '@/core/api/types';
import { usePoll } from '@/core/live/usePoll';
import { projectBoard, type BoardProject, type ProjectBoard } from '@/core/projects/client';
import type { DrawnProjects } from '@/core/projects/ProjectLayer';
import { projectAfter, STATES } from '@/core/projects/states';

/** The usual pause between two requests, and the shortest one, in milliseconds. */
const USUAL = 60_000;
const SELDOM = 1_000;
/** What an answer is made from. */
const READS = new Set(['projects', 'units', 'grids']);

export type ProjectsKeeper = ReturnType<typeof useProjects>;

export function useProjects(options: {
  active: () => boolean;
  /** How often the pages of the panels were turned. Each turn selects the next project. */
  turn: () => number;
  /** Whether a place is in the communities that this screen shows. */
  isShown: (place: string) => boolean;
}) {
  const board = shallowRef<ProjectBoard | null>(null);
  const chosen = ref('');
  const poll = usePoll({
    async ask(signal) {
      if (options.active()) board.value = await projectBoard(signal);
    },
    every: () => (options.active() ? USUAL : null),
    seldom: SELDOM,
  });
  const list = computed<BoardProject[]>(() =>
    (board.value?.projects ?? []).filter(({ place }) => options.isShown(place?.id ?? '')),
  );
  /** The selected project; without a choice, the first. */
  const selected = computed(() => list.value.find(({ id }) => id === chosen.value) ?? list.value[0] ?? null);
  const next = (): void => {
    chosen.value = projectAfter(list.value, selected.value?.id ?? '')?.id ?? '';
  };
  watch(options.active, (isActive) => isActive && poll.anew());
  watch(options.turn, (now, before) => {
    if (options.active() && now > before) next();
  });
  if (options.active()) void poll.ask();

  return {
    list,
    selected,
    next,
    select: (id: string) => (chosen.value = id),
    /** How many of the listed projects are in each state. */
    counts: computed(() => {
      const counts = { planned: 0, under_way: 0, done: 0, delayed: 0 };
      for (const { state } of list.value) counts[state] += 1;
      return counts;
    }),
    /** The listed projects by kind and state. */
    kinds: computed(() => {
      const names = new Set((board.value?.kinds ?? []).map(({ kind }) => kind));
      return [...names].map((kind) => {
        const own = list.value.filter((project) => (project.kind ?? '') === kind);
        const states = STATES.map((state) => ({ state, count: own.filter((p) => p.state === state).length }));
        return { kind, count: own.length, states };
      });
    }),
    drawn: computed<DrawnProjects | null>(
      () => board.value && { projects: list.value, selected: selected.value?.id ?? '' },
    ),
    known: computed(() => board.value !== null),
    /** The error text while the last request has failed. */
    failure: computed(() => (poll.error.value === null ? '' : explain(poll.error.value))),
    busy: poll.asking,
    touch() {
      if (options.active()) poll.touch();
    },
    /** Requests the projects again if a commit has changed what they show. */
    apply({ changes = [], reset = [] }: CommitEvent) {
      if (options.active() && [...changes, ...reset].some(({ collection }) => READS.has(collection))) poll.touch();
    },
  };
}
