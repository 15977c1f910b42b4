// The thematic maps (十彩民情图) of the API.
import { answered, http } from '@/core/api/client';
import type { components } from '@/core/api/schema';

export type ThemeMap = components['schemas']['ThemeMap'];
export type ThemeShown = components['schemas']['ThemeShown'];
export type By = components['schemas']['ThemeBy'];
export type ThemeArea = components['schemas']['ThemeArea'];

export const themeList = async (signal?: AbortSignal): Promise<ThemeShown[]> =>
  (await answered(http.GET('/api/themes', { signal }))).themes;

/** A thematic map, of now or of a past moment. */
export const themeMap = (id: string, by: By, asOf: Date | null, signal?: AbortSignal): Promise<ThemeMap> =>
  answered(
    http.GET('/api/themes/{id}', {
      params: { path: { id }, query: { by, ...(asOf ? { as_of: asOf.toISOString() } : {}) } },
      signal,
    }),
  );
