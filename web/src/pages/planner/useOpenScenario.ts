// Opens the scenario in the address of the page, and writes the id of the open scenario into the
// address.
import { ref, watch, type Ref } from 'vue';
import type { Planner } from './usePlanner';

export interface Opening {
  /** Whether the scenario of the address is open, or opening it has failed. */
  isOpen: Ref<boolean>;
  /**
   * Whether the planner has to decide between unsaved changes and the scenario of the address. Until
   * then the page shows neither.
   */
  isAsking: Ref<boolean>;
  /** Drops the unsaved changes and opens the scenario of the address. */
  discard: () => Promise<void>;
  /** Keeps the unsaved changes and removes the other scenario from the address. */
  keep: () => void;
  /** Why the scenario of the address could not be opened; empty if it is open. */
  failure: Ref<string>;
  retry: () => Promise<void>;
  /** Removes the id of a scenario that could not be opened from the address of the page. */
  giveUp: () => void;
}

export function useOpenScenario(planner: Planner): Opening {
  const isOpen = ref(false);
  const isAsking = ref(false);
  const failure = ref('');
  const { draft } = planner;

  async function begin(): Promise<void> {
    const asked = planner.param('scenario');
    const known = draft.held.value?.scenario.id;
    if (asked !== null && asked !== known && draft.isChanged.value) {
      isAsking.value = true;
      return;
    }
    // Unsaved changes of the same scenario are kept. A conflict with another planner is found when
    // they are saved.
    if (asked !== null && !draft.isChanged.value) await load(asked);
    isOpen.value = true;
    if (asked === null && known) planner.setParam({ scenario: known });
  }

  async function load(id: string): Promise<void> {
    const hasChanges = draft.isChanged.value;
    failure.value = (await draft.open(id)) ? '' : draft.failure.value;
    // The page must not show another scenario in place of the one in the address. Unsaved changes
    // are kept.
    if (failure.value !== '' && !hasChanges) draft.clear();
  }

  function giveUp(): void {
    failure.value = '';
    planner.setParam({ scenario: draft.held.value?.scenario.id ?? null });
  }

  watch(
    planner.phase,
    (phase) => {
      if (phase === 'ready' && !isOpen.value) void begin();
    },
    { immediate: true },
  );
  watch(
    () => draft.held.value?.scenario.id,
    (now, before) => {
      if (!isOpen.value || now === before) return;
      planner.setParam({ scenario: now ?? null });
      if (now) failure.value = '';
    },
  );
  return {
    isOpen,
    isAsking,
    async discard() {
      const asked = planner.param('scenario');
      isAsking.value = false;
      if (asked !== null) await load(asked);
      isOpen.value = true;
    },
    keep() {
      isAsking.value = false;
      isOpen.value = true;
      giveUp();
    },
    failure,
    retry: begin,
    giveUp,
  };
}
