// The livelihood projects (民生实事) of the API, and their rating.
import { answered, http, isWritten } from '@/core/api/client';
import type { components } from '@/core/api/schema';

export type ProjectBoard = components['schemas']['ProjectBoard'];
export type BoardProject = components['schemas']['BoardProject'];
export type ProjectState = components['schemas']['ProjectState'];
export type ProjectRating = components['schemas']['ProjectRating'];

export const projectBoard = (signal?: AbortSignal): Promise<ProjectBoard> =>
  answered(http.GET('/api/projects', { signal, cache: 'no-cache' }));

/** Rates a project that is done. Resolves when the board shows the rating. */
export const rateProject = (id: string, stars: number, key: string): Promise<void> =>
  isWritten(http.PUT('/api/projects/{id}/rating', { params: { path: { id } }, body: { stars, key } }), (minSeq) =>
    http.GET('/api/projects', { params: { query: { 'min-seq': minSeq } } }),
  );
