// Opens the scenario that the address names, and writes the one that is open into the address.
import { ref, watch, type Ref } from 'vue';
import type { Planner } from './usePlanner';

/** Returns whether the page can be shown: the scenario of the address was opened, or could not be. */
export function useOpenScenario(planner: Planner): Ref<boolean> {
  const isOpen = ref(false);
  const { draft } = planner;

  async function begin(): Promise<void> {
    const asked = planner.param('scenario');
    const known = draft.held.value?.scenario.id;
    // What is not saved yet is kept; the conflict is found when it is saved.
    if (asked !== null && (asked !== known || !draft.isChanged.value)) await draft.open(asked);
    isOpen.value = true;
    if (asked === null && known) planner.setParam({ scenario: known });
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
      if (isOpen.value && now !== before) planner.setParam({ scenario: now ?? null });
    },
  );
  return isOpen;
}
