// Names the gate through which the route from the rider's position leads, if it is not the first gate of the
// card. The card sorts the gates by whom they admit and by their distance to the building, because it is the
// same for everybody.
import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import { avoided } from './avoid';
import { route } from './offline/source';
import { profile } from './profile';
import type { Target } from './target';
import type { Card, Entrance } from './types';
import { recentStart } from './useStart';

export function useFasterGate(target: () => Target, card: ShallowRef<Card | null>): ShallowRef<Entrance | null> {
  const faster = shallowRef<Entrance | null>(null);
  let asked: AbortController | null = null;
  onScopeDispose(() => asked?.abort());
  watch([card, avoided], async ([shown]) => {
    asked?.abort();
    faster.value = null;
    const from = recentStart();
    const [first] = shown?.gates ?? [];
    if (!from || !shown || !first) return;
    const asking = new AbortController();
    asked = asking;
    try {
      const how = { profile: profile.value, avoid: avoided.value.map(({ id }) => id) };
      const { summary } = await route(from, target(), how, asking.signal);
      const passed = summary.gate?.id;
      if (asking.signal.aborted || !passed || passed === first.id) return;
      faster.value = shown.gates.find(({ id }) => id === passed) ?? null;
    } catch {
      // The card is shown without the faster gate. If there is no route, the route screen says why.
    }
  });
  return faster;
}
