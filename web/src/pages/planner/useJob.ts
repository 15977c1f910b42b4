// Starts a planning job, such as the choice of sites or the coverage of a week, or finds it by its
// id, and follows it until it ends.
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import { explain } from '@/core/api/explain';
import * as client from './client';
import type { AccessBody, SitingBody, SitingJob, SitingResult } from './types';

/**
 * Incumbent and bound over time: pairs of seconds since this page began to follow the job, and the
 * value.
 */
export interface Trace {
  incumbent: (readonly [number, number])[];
  bound: (readonly [number, number])[];
}

export interface Job<Result = SitingResult> {
  job: ShallowRef<SitingJob<Result> | null>;
  trace: ShallowRef<Trace>;
  failure: Ref<string>;
  /** Whether the request was sent, or the job is followed, but its state is not known yet. */
  isStarting: Ref<boolean>;
  isRunning: () => boolean;
  /**
   * Starts a job. Resolves to its id, or to null if the request failed; then `failure` says why.
   */
  start: (body: SitingBody | AccessBody) => Promise<string | null>;
  /** Like `start`, but `request` sends the request that creates the job. */
  run: (request: () => Promise<{ id: string }>) => Promise<string | null>;
  /** Follows a job that was started before. */
  follow: (id: string) => void;
  cancel: () => Promise<void>;
  forget: () => void;
}

/** @typeParam Result the type of the result. It depends on the `problem` of the request. */
export function useJob<Result = SitingResult>(): Job<Result> {
  const job = shallowRef<SitingJob<Result> | null>(null);
  const trace = shallowRef<Trace>({ incumbent: [], bound: [] });
  const failure = ref('');
  const isStarting = ref(false);
  let stop: (() => void) | null = null;
  let began = 0;

  function heard(now: SitingJob<Result>): void {
    job.value = now;
    isStarting.value = false;
    const at = (Date.now() - began) / 1000;
    const { incumbent, bound } = now.progress ?? {};
    const longer = (line: Trace['bound'], value: number | null | undefined): Trace['bound'] =>
      typeof value === 'number' && Number.isFinite(value) ? [...line, [at, value] as const].slice(-400) : line;
    trace.value = {
      incumbent: longer(trace.value.incumbent, incumbent),
      bound: longer(trace.value.bound, bound),
    };
  }

  function forget(): void {
    stop?.();
    stop = null;
    job.value = null;
    isStarting.value = false;
    trace.value = { incumbent: [], bound: [] };
    failure.value = '';
  }

  function follow(id: string): void {
    forget();
    began = Date.now();
    isStarting.value = true;
    stop = client.followJob<Result>(id, heard, (error) => {
      failure.value = explain(error);
      isStarting.value = false;
    });
  }

  async function run(request: () => Promise<{ id: string }>): Promise<string | null> {
    forget();
    isStarting.value = true;
    try {
      const started = await request();
      follow(started.id);
      return started.id;
    } catch (error) {
      failure.value = explain(error);
      isStarting.value = false;
      return null;
    }
  }

  onScopeDispose(() => stop?.());

  return {
    job,
    trace,
    failure,
    isStarting,
    isRunning: () => job.value !== null && !client.hasEnded(job.value),
    run,
    start: (body) => run(() => client.startSiting(body)),
    follow,
    async cancel() {
      const id = job.value?.id;
      if (!id) return;
      try {
        await client.cancelJob(id);
      } catch (error) {
        failure.value = explain(error);
      }
    },
    forget,
  };
}
