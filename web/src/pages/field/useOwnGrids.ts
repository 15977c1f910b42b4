// The worker's own grids and the buildings in them, also without a network. Only names and outlines stay on the phone,
// which are public.
import { shallowRef, type ShallowRef } from 'vue';
import * as api from '@/core/api/client';
import type { Bbox } from '@/core/api/types';
import { bboxOf } from '@/core/map/bounds';
import { phoneStorage } from '@/core/offline/phoneStorage';
import { gridAt, type House, type OwnGrid } from './places';
import type { Worker } from './tasks';

interface KeptGrids {
  id: 'grids';
  /** The communities whose grids these are. */
  of: string;
  grids: OwnGrid[];
}
/** The stored buildings (see `useKeptMap`). */
export interface KeptHouses {
  id: 'houses';
  houses: House[];
}

/** How long the form waits for the buildings of a slow server, in milliseconds. */
const PATIENCE = 3000;

export interface OwnGrids {
  grids: ShallowRef<readonly OwnGrid[]>;
  /** Loads the grids: the stored ones at once, then those of the server. */
  learn: (me: Worker) => Promise<void>;
  /** The buildings around a position: the stored ones or, with a network, those of the grid. */
  housesAround: (at: number[]) => Promise<readonly House[]>;
}

const keyOf = (me: Worker): string => (me.communities ?? []).toSorted().join(',');

/** The buildings in an area. */
export const housesIn = async (bbox: Bbox): Promise<House[]> =>
  (await api.allItems('buildings', undefined, { bbox: bbox.join(','), properties: 'name,address' })).map((b) => ({
    id: b.id,
    name: b.properties.name ?? b.properties.address ?? b.id,
    geometry: b.geometry,
  }));

async function request(me: Worker): Promise<OwnGrid[]> {
  const own = me.communities ?? [];
  const queries = own.length > 0 ? own.map((parent) => ({ kind: 'grid', parent })) : [{ kind: 'grid' }];
  const lists = await Promise.all(queries.map((query) => api.allItems('grids', undefined, query)));
  return lists.flat().map((grid) => ({
    id: grid.id,
    name: grid.properties.name ?? grid.properties.code ?? grid.id,
    community: grid.properties.parent ?? '',
    geometry: grid.geometry,
  }));
}

export function useOwnGrids(): OwnGrids {
  const grids = shallowRef<readonly OwnGrid[]>([]);
  /** The communities of the grids that the server sent during this visit. */
  let fresh: string | null = null;
  const byGrid = new Map<string, Promise<House[]>>();

  return {
    grids,
    async learn(me) {
      const of = keyOf(me);
      if (fresh === of) return;
      const storage = await phoneStorage();
      const kept = await storage.get<KeptGrids>('kept', 'grids');
      if (kept?.of === of) grids.value = kept.grids;
      grids.value = await request(me);
      fresh = of;
      await storage.put('kept', { id: 'grids', of, grids: grids.value } as KeptGrids);
    },
    async housesAround(at) {
      const kept = (await (await phoneStorage()).get<KeptHouses>('kept', 'houses'))?.houses ?? [];
      const grid = gridAt(at, grids.value);
      const box = grid && bboxOf([grid.geometry]);
      if (!grid || !box) return kept;
      let asked = byGrid.get(grid.id);
      if (!asked) {
        // The request names the area of the grid, not the position of the worker.
        asked = housesIn(box);
        byGrid.set(grid.id, asked);
      }
      const late = new Promise<House[]>((resolve) => {
        setTimeout(() => resolve(kept), PATIENCE);
      });
      const found = asked.catch(() => {
        byGrid.delete(grid.id);
        return kept;
      });
      return Promise.race([found, late]);
    },
  };
}
