// The records of one collection, with the names of what they link to; live.
import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { allItems, answered, http } from '@/core/api/client';
import { explain } from '@/core/api/explain';
import { useLive } from '@/core/live/useLive';
import { ordered, type AreaChoice } from '@/core/card/areas';
import * as client from './client';

/** A feature that a record can name. */
export interface Named {
  id: string;
  name: string;
}

export interface Records {
  rows: ShallowRef<client.Row[] | null>;
  schema: ShallowRef<client.Schema | null>;
  areas: ShallowRef<AreaChoice[]>;
  compounds: ShallowRef<Named[]>;
  units: ShallowRef<Named[]>;
  failure: ComputedRef<string>;
  reload: () => void;
  nameOf: (id: string) => string | undefined;
  /** Remembers the name of a building that was found by a search. */
  learn: (named: Named) => void;
}

/** The most buildings whose names are read at once, for the table. */
const MOST_NAMES = 10_000;

/** The names of the features of a collection. */
const named = async (name: string, signal: AbortSignal): Promise<Named[]> => {
  const all = await allItems(name, signal, { properties: 'name' });
  return all.map(({ id, properties }) => ({
    id: String(id),
    name: String((properties as { name?: unknown }).name ?? id),
  }));
};

export function useRecords(collection: client.CollectionName): Records {
  const rows = shallowRef<client.Row[] | null>(null);
  const schema = shallowRef<client.Schema | null>(null);
  const areas = shallowRef<AreaChoice[]>([]);
  const compounds = shallowRef<Named[]>([]);
  const units = shallowRef<Named[]>([]);
  const names: Ref<Map<string, string>> = ref(new Map());

  const live = useLive([collection], null, {
    async load(signal) {
      // Read first: the feed continues after this commit, and a commit between two of the answers must not be missed.
      const { seq } = await answered(http.GET('/api/grids/status', { signal }));
      const [own, read, grids, estates, members] = await Promise.all([
        client.rowsOf(collection, signal),
        client.schemaOf(collection),
        allItems('grids', signal, { properties: 'name,kind,parent' }),
        named('compounds', signal),
        named('units', signal),
      ]);
      areas.value = ordered(grids.map(({ id, properties }) => ({ id: String(id), ...properties })));
      compounds.value = estates;
      units.value = members;
      for (const { id, name } of [...areas.value, ...estates, ...members]) names.value.set(id, name);
      if (collection === 'duties') await nameBuildings(own, signal);
      schema.value = read;
      rows.value = own;
      return seq;
    },
    apply() {
      void live.reload();
    },
  });

  /** Reads the names of the buildings that the records name, from one page of buildings. */
  async function nameBuildings(own: client.Row[], signal: AbortSignal): Promise<void> {
    const scopes = own.map((row) => String(row.properties['scope'] ?? ''));
    if (scopes.every((scope) => names.value.has(scope))) return;
    const page = await answered(
      http.GET('/api/collections/{collectionId}/items', {
        params: { path: { collectionId: 'buildings' }, query: { limit: MOST_NAMES, properties: ['name'] } },
        signal,
      }),
    );
    for (const { id, properties } of page.features) {
      const name = (properties as { name?: unknown }).name;
      if (typeof name === 'string') names.value.set(String(id), name);
    }
  }

  void live.start();
  return {
    rows,
    schema,
    areas,
    compounds,
    units,
    failure: computed(() => (live.error.value === null ? '' : explain(live.error.value))),
    reload: () => void live.reload(),
    nameOf: (id) => names.value.get(id),
    learn: ({ id, name }) => void names.value.set(id, name),
  };
}
