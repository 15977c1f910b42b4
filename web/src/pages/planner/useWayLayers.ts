// Shows the changed ways and gates of a scenario on the map, and returns their names.
import { onScopeDispose, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue';
import type { Position } from 'geojson';
import * as api from '@/core/api/client';
import type { Feature } from '@/core/api/types';
import { pick } from '@/core/i18n/lang';
import { signPlace } from '@/core/map/bounds';
import type { ChangedWay } from './layers/plan';
import type { Edit } from './types';
import type { PlannerMap } from './usePlannerMap';
import { editText } from './ways';

/** Loads the features that edits change, as they are on the map. Each is loaded once. */
export class EditedFeatures {
  private readonly known = new Map<string, Promise<Feature | null>>();

  read({ collection, id }: Pick<Edit, 'collection' | 'id'>): Promise<Feature | null> {
    const key = `${collection}/${id}`;
    const kept = this.known.get(key) ?? api.item(collection, id).catch(() => null);
    this.known.set(key, kept);
    return kept as Promise<Feature | null>;
  }
}

/** Whether an edit closes a gate for people on foot. */
const isShut = ({ properties }: Edit): boolean => properties?.['foot'] === 'no';

/** Returns the names of the changed features by id. Features without a name are left out. */
export function useWayLayers(
  map: PlannerMap,
  ways: ComputedRef<readonly Edit[]>,
): ShallowRef<ReadonlyMap<string, string>> {
  const names = shallowRef<ReadonlyMap<string, string>>(new Map());
  const features = new EditedFeatures();
  let turn = 0;
  watch(
    ways,
    async (now) => {
      turn += 1;
      const own = turn;
      const found = await Promise.all(now.map(async (edit) => ({ edit, feature: await features.read(edit) })));
      if (own !== turn) return;
      const lines: ChangedWay[] = [];
      const gates: { position: Position; image: string; label: string }[] = [];
      const called = new Map<string, string>();
      for (const { edit, feature } of found) {
        const geometry = edit.geometry ?? feature?.geometry ?? null;
        const name = feature?.properties?.['name'];
        if (typeof name === 'string' && name !== '') called.set(edit.id, name);
        const position = signPlace(geometry);
        if (edit.collection === 'entrances') {
          if (position)
            gates.push({
              position,
              image: isShut(edit) ? 'symbol-gate_shut' : 'symbol-gate_open',
              label: pick(editText(edit)),
            });
        } else if (geometry) lines.push({ id: edit.id, geometry, label: pick(editText(edit)) });
      }
      names.value = called;
      map.show({ ways: lines, gates });
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    turn += 1;
    map.show({ ways: [], gates: [] });
  });
  return names;
}
