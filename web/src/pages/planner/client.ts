// The requests of the planner's page.
import { answered, ApiError, ask, http } from '@/core/api/client';
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
  Standard,
} from './types';

/** The most entries that the server puts in a list of a coverage. */
export const MOST_LISTED = 10_000;

export const standards = async (): Promise<Standard[]> => (await answered(http.GET('/api/plan/standards'))).standards;

export const coverage = (body: CoverageBody, signal?: AbortSignal): Promise<Coverage> =>
  answered(http.POST('/api/plan/coverage', { body: body as never, signal }));

const JSON_BODY = { 'content-type': 'application/json', accept: 'application/json' };

/** A scenario with the entity tag that a change has to name. */
export interface Held {
  scenario: Scenario;
  etag: string;
}

async function held(response: Response): Promise<Held> {
  return { scenario: (await response.json()) as Scenario, etag: response.headers.get('etag') ?? '' };
}

const scenarioPath = (id: string): string => `/api/plan/scenarios/${encodeURIComponent(id)}`;

export const scenarios = async (signal?: AbortSignal): Promise<Scenario[]> =>
  ((await (await ask('/api/plan/scenarios', { signal })).json()) as { scenarios: Scenario[] }).scenarios;

export const scenario = async (id: string, signal?: AbortSignal): Promise<Held> =>
  held(await ask(scenarioPath(id), { signal }));

export interface ScenarioBody {
  name: string;
  edits: Edit[];
  question: SavedQuestion | null;
}

export const createScenario = async (body: ScenarioBody): Promise<Held> =>
  held(await ask('/api/plan/scenarios', { method: 'POST', headers: JSON_BODY, body: JSON.stringify(body) }));

/** Saves a scenario. Rejects with status 412 if somebody else has saved it since `etag`. */
export const saveScenario = async (id: string, etag: string, body: ScenarioBody): Promise<Held> =>
  held(
    await ask(scenarioPath(id), {
      method: 'PUT',
      headers: { ...JSON_BODY, 'if-match': etag },
      body: JSON.stringify(body),
    }),
  );

export const deleteScenario = async (id: string, etag: string): Promise<void> =>
  void (await ask(scenarioPath(id), { method: 'DELETE', headers: { 'if-match': etag } }));

export const startSiting = async (body: SitingBody | AccessBody): Promise<SitingJob> =>
  (await (
    await ask('/api/plan/sitings', { method: 'POST', headers: JSON_BODY, body: JSON.stringify(body) })
  ).json()) as SitingJob;

const jobPath = (id: string): string => `/api/jobs/${encodeURIComponent(id)}`;

export const job = async <Result>(id: string, signal?: AbortSignal): Promise<SitingJob<Result>> =>
  (await (await ask(jobPath(id), { signal })).json()) as SitingJob<Result>;

export const cancelJob = async (id: string): Promise<void> => void (await ask(jobPath(id), { method: 'DELETE' }));

export const hasEnded = ({ state }: { state: JobState }): boolean => state !== 'queued' && state !== 'running';

/**
 * Follows a job until it has ended: `on` receives each state, the last one with its result. Returns a function that
 * stops following; the job itself runs on.
 */
export function followJob<Result>(
  id: string,
  on: (job: SitingJob<Result>) => void,
  failed: (error: unknown) => void,
): () => void {
  let isStopped = false;
  const feed = new EventSource(under(`${jobPath(id)}/events`));
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
    // Events come without the result.
    if (hasEnded(state)) void read();
    else if (!isStopped) on(state);
  });
  feed.addEventListener('error', () => {
    // The browser reconnects by itself, unless the server refused the stream.
    if (!isStopped && feed.readyState === EventSource.CLOSED) void read();
  });
  return stop;
}

/** Who saved a scenario in between, as a refused save says it. */
export function conflictOf(error: unknown): { by: string; at: string } | null {
  if (!(error instanceof ApiError) || error.status !== 412) return null;
  const text = (key: string): string => (typeof error.problem[key] === 'string' ? error.problem[key] : '');
  return { by: text('saved_by'), at: text('saved_at') };
}
