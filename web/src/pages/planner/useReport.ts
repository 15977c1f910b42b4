// The data of the report and the exported files: coverage without and with the scenario, its sites
// and changes, the solver's run, and the requests.
import type { Geometry } from 'geojson';
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { explain } from '@/core/api/explain';
import { signPlace } from '@/core/map/bounds';
import { placeChanges } from './changes';
import { MOST_LISTED } from '@/core/planning/client';
import * as client from './client';
import { sitesOf } from './draft';
import type { Coverage, CoverageBody, Edit, SitingRecord } from './types';
import { EditedFeatures } from './useWayLayers';
import type { Planner } from './usePlanner';
import { editText } from './ways';

export interface ReportSite {
  name: string;
  position: [number, number];
  edit: Edit;
}

/**
 * A change of the map other than a new site: a changed way or gate, or a facility that is moved or
 * deleted.
 */
export interface ReportChange {
  name: string;
  collection: string;
  id: string;
  zh: string;
  en: string;
  position: [number, number] | null;
  /** The changed geometry, or the one on the map; null if the feature is not on the map. */
  geometry: Geometry | null;
}

export interface Report {
  name: string | null;
  /** Who created the scenario. */
  author: string | null;
  /** Who saved this version. */
  savedBy: string | null;
  savedAt: string | null;
  version: number | null;
  /** The commit on which the scenario was saved. */
  seq: number | null;
  isChanged: boolean;
  /** How many commits the map has had since the scenario was saved. */
  movedOn: number;
  before: Coverage;
  /** Null if the scenario changes nothing. */
  after: Coverage | null;
  sites: ReportSite[];
  changes: ReportChange[];
  siting: SitingRecord | null;
  /** The requests that reproduce the figures. */
  asks: { before: CoverageBody; after: CoverageBody | null };
  madeAt: Date;
  madeBy: string;
}

export interface ReportHandle {
  report: ShallowRef<Report | null>;
  isCounting: Ref<boolean>;
  failure: Ref<string>;
  count: () => Promise<void>;
  gains: ComputedRef<ReturnType<typeof placeChanges>>;
}

export function useReport(planner: Planner): ReportHandle {
  const report = shallowRef<Report | null>(null);
  const isCounting = ref(false);
  const failure = ref('');
  const features = new EditedFeatures();
  let turn = 0;

  async function count(): Promise<void> {
    turn += 1;
    const own = turn;
    const { draft, asked } = planner;
    const before = planner.base.value;
    if (!before) return;
    isCounting.value = true;
    failure.value = '';
    try {
      const edits = [...draft.edits.value];
      const plain: CoverageBody = { ...planner.body.value, by: planner.question.value.by, limit: MOST_LISTED };
      const withEdits: CoverageBody | null = edits.length > 0 ? { ...plain, edits } : null;
      const [after, changed] = await Promise.all([
        withEdits ? client.coverage(withEdits) : null,
        Promise.all(
          edits
            .filter((edit) => edit.op !== 'put')
            .map(async (edit): Promise<ReportChange> => {
              const feature = await features.read(edit);
              const geometry = edit.geometry ?? feature?.geometry ?? null;
              const [lon, lat] = signPlace(geometry) ?? [];
              const name = feature?.properties?.['name'];
              return {
                name: typeof name === 'string' && name !== '' ? name : edit.id,
                collection: edit.collection,
                id: edit.id,
                ...editText(edit),
                position: lon === undefined || lat === undefined ? null : [lon, lat],
                geometry,
              };
            }),
        ),
      ]);
      if (own !== turn) return;
      const scenario = draft.held.value?.scenario ?? null;
      report.value = {
        name: scenario?.name ?? null,
        author: scenario?.author ?? null,
        savedBy: scenario?.saved_by ?? null,
        savedAt: scenario?.saved_at ?? null,
        version: scenario?.version ?? null,
        seq: scenario?.seq ?? null,
        isChanged: draft.isChanged.value,
        movedOn: scenario?.moved_on?.commits ?? 0,
        before,
        after,
        sites: sitesOf(edits, asked.value.facility).map(({ id, name, position }) => ({
          name,
          position,
          edit: edits.find((edit) => edit.id === id) ?? { collection: '', id, op: 'put' },
        })),
        changes: changed,
        siting: draft.siting.value,
        asks: { before: plain, after: withEdits },
        madeAt: new Date(),
        madeBy: planner.me.value?.account ?? '',
      };
    } catch (error) {
      if (own === turn) failure.value = explain(error);
    } finally {
      if (own === turn) isCounting.value = false;
    }
  }

  watch([planner.base, planner.draft.edits, planner.draft.held], () => void count(), { immediate: true });

  return {
    report,
    isCounting,
    failure,
    count,
    gains: computed(() => (report.value?.after ? placeChanges(report.value.before, report.value.after) : [])),
  };
}
