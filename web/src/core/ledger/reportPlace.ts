// What the map knows about the place of a report: shown before the report is sent.
import type { Position } from 'geojson';
import { shallowRef, watch, type ShallowRef } from 'vue';
import { answered, http } from '@/core/api/client';
import type { components } from '@/core/api/schema';

export type ReportPlace = components['schemas']['ReportPlace'];
export type AskedPlace = { position: Position } | { building: string; unit?: string };

/** The place of a report as the map describes it. */
export function reportPlace(asked: AskedPlace, signal?: AbortSignal, asNobody = false): Promise<ReportPlace> {
  const query =
    'building' in asked
      ? { building: asked.building, ...(asked.unit ? { building_unit: asked.unit } : {}) }
      : { lon: asked.position[0] ?? 0, lat: asked.position[1] ?? 0 };
  return answered(
    http.GET('/api/warnings/place', { params: { query }, signal, ...(asNobody ? { credentials: 'omit' } : {}) }),
  );
}

/** The description of the present place; null until it is known. Without a network, the form works without it. */
export function useReportPlace(asked: () => AskedPlace | null, asNobody = false): ShallowRef<ReportPlace | null> {
  const known = shallowRef<ReportPlace | null>(null);
  watch(
    () => JSON.stringify(asked()),
    (_, __, onCleanup) => {
      known.value = null;
      const now = asked();
      if (!now) return;
      const asking = new AbortController();
      onCleanup(() => asking.abort());
      reportPlace(now, asking.signal, asNobody)
        .then((place) => {
          if (!asking.signal.aborted) known.value = place;
        })
        .catch(() => {});
    },
    { immediate: true },
  );
  return known;
}
