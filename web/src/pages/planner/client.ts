// The requests of the planner's page.
import { answered, ApiError, done, http, whole, type Answer } from '@/core/api/client';
import { under } from '@/core/api/root';
import type {
  AccessBody,
  Coverage,
  CoverageBody,
  Edit,
  JobState,
  SavedQuestion,
  Scenario,
  SitingBody,
  SitingJob,
} from './types';

export const coverage = (body: CoverageBody, signal?: AbortSignal): Promise<Coverage> =>
  answered(http.POST('/api/plan/coverage', { body: body as never, signal }));

/** A scenario with its entity tag, which a later save or deletion sends as `If-Match`. */
export interface Held {
  scenario: Scenario;
  etag: string;
}

/**
 * The API document types features and questions only as objects, so the types of `types.ts` are
 * used.
 */
async function held(asked: Answer<unknown>): Promise<Held> {
  const { value, response } = await whole(asked);
  return { scenario: value as Scenario, etag: response.headers.get('etag') ?? '' };
}

export const scenarios = async (signal?: AbortSignal): Promise<Scenario[]> =>
  (await answered(http.GET('/api/plan/scenarios', { signal }))).scenarios as unknown as Scenario[];

export const scenario = (id: string, signal?: AbortSignal): Promise<Held> =>
  held(http.GET('/api/plan/scenarios/{id}', { params: { path: { id } }, signal }));

export interface ScenarioBody {
  name: string;
  edits: Edit[];
  question: SavedQuestion | null;
}

export const createScenario = (body: ScenarioBody): Promise<Held> =>
  held(http.POST('/api/plan/scenarios', { body: body as never }));

/** Saves a scenario. Rejects with status 412 if somebody else has saved it since `etag`. */
export const saveScenario = (id: string, etag: string, body: ScenarioBody): Promise<Held> =>
  held(
    http.PUT('/api/plan/scenarios/{id}', {
      params: { path: { id }, header: { 'If-Match': etag } },
      body: body as never,
    }),
  );

export const deleteScenario = (id: string, etag: string): Promise<void> =>
  done(http.DELETE('/api/plan/scenarios/{id}', { params: { path: { id }, header: { 'If-Match': etag } } }));

export const startSiting = (body: SitingBody | AccessBody): Promise<{ id: string }> =>
  answered(http.POST('/api/plan/sitings', { body: body as never }));

/** Starts the job that counts the coverage in each hour of a week. */
export const startWeek = (body: CoverageBody): Promise<{ id: string }> =>
  answered(http.POST('/api/plan/coverage/week', { body: body as never }));

/** @typeParam Result the type of the result. It depends on the `problem` of the request. */
export const job = async <Result>(jobId: string, signal?: AbortSignal): Promise<SitingJob<Result>> =>
  (await answered(
    http.GET('/api/jobs/{jobId}', { params: { path: { jobId } }, signal }),
  )) as unknown as SitingJob<Result>;

export const cancelJob = (jobId: string): Promise<unknown> =>
  answered(http.DELETE('/api/jobs/{jobId}', { params: { path: { jobId } } }));

export const hasEnded = ({ state }: { state: JobState }): boolean => state !== 'queued' && state !== 'running';

/**
 * Follows a job until it ends. `on` receives each state, the last one with the result. `failed`
 * receives the error if the job cannot be read. Returns a function that stops following; the job
 * itself goes on.
 */
export function followJob<Result>(
  id: string,
  on: (job: SitingJob<Result>) => void,
  failed: (error: unknown) => void,
): () => void {
  let isStopped = false;
  const feed = new EventSource(under(`/api/jobs/${encodeURIComponent(id)}/events`));
  const stop = (): void => {
    isStopped = true;
    feed.close();
  };
  const read = async (): Promise<void> => {
    stop();
    try {
      on(await job<Result>(id));
    } catch (error) {
      failed(error);
    }
  };
  feed.addEventListener('job', ({ data }: MessageEvent<string>) => {
    const state = JSON.parse(data) as SitingJob<Result>;
    // Events do not contain the result.
    if (hasEnded(state)) void read();
    else if (!isStopped) on(state);
  });
  feed.addEventListener('error', () => {
    // The browser reconnects by itself. The stream is closed only if the server refused it.
    if (!isStopped && feed.readyState === EventSource.CLOSED) void read();
  });
  return stop;
}

/** Who saved the scenario and when, from the 412 answer to a save. Null for other errors. */
export function conflictOf(error: unknown): { by: string; at: string } | null {
  if (!(error instanceof ApiError) || error.status !== 412) return null;
  const text = (key: string): string => (typeof error.problem[key] === 'string' ? error.problem[key] : '');
  return { by: text('saved_by'), at: text('saved_at') };
}
