// Opens the scenario in the address of the page, and writes the id of the open scenario into the
// address.
import { ref, watch, type Ref } from 'vue';
import type { Planner } from './usePlanner';

/**
 * Returns a ref that becomes true when the scenario of the address is open, or opening it has
 * failed.
 */
export function useOpenScenario(planner: Planner): Ref<boolean> {
  const isOpen = ref(false);
  const { draft } = planner;

  async function begin(): Promise<void> {
    const asked = planner.param('scenario');
    const known = draft.held.value?.scenario.id;
    // Unsaved changes of the same scenario are kept. A conflict with another planner is found when
    // they are saved.
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
