// Shift handovers (交接班): requests and types.
import { answered, done, http } from '@/core/api/client';
import type { components } from '@/core/api/schema';

type Schemas = components['schemas'];
export type Handover = Schemas['Handover'];
export type HandoverHead = Schemas['HandoverHead'];
export type HandoverContent = Schemas['HandoverContent'];
export type HandoverCase = Schemas['HandoverCase'];
export type HandoverReason = Schemas['HandoverReason'];
export type HandoverPreview = Schemas['HandoverPreview'];
export type OpenNow = Schemas['OpenNow'];
export type Happened = Schemas['Happened'];

/** The times that the officer set, RFC 3339. Absent ones follow the clock. */
export interface ShiftTimes {
  from?: string;
  next_from?: string;
  next_until?: string;
}

/** The handovers that the account may see: open ones first, then the newest first. */
export const handovers = async (signal?: AbortSignal): Promise<HandoverHead[]> =>
  (await answered(http.GET('/api/handovers', { signal }))).handovers;

export const handover = (id: string, signal?: AbortSignal): Promise<Handover> =>
  answered(http.GET('/api/handovers/{id}', { params: { path: { id } }, signal }));

/** What the account would hand over now. */
export const previewHandover = (times: ShiftTimes, signal?: AbortSignal): Promise<HandoverPreview> =>
  answered(http.GET('/api/handovers/preview', { params: { query: times }, signal }));

export const handOver = (times: ShiftTimes, note: string): Promise<Handover> =>
  answered(http.POST('/api/handovers', { body: { ...times, note } }));

export const receiveHandover = (id: string): Promise<Handover> =>
  answered(http.POST('/api/handovers/{id}/receive', { params: { path: { id } } }));

export const withdrawHandover = (id: string): Promise<void> =>
  done(http.DELETE('/api/handovers/{id}', { params: { path: { id } } }));
