// Presets: named settings of wall screens, stored on the server.
import { answered, http, isWritten } from '@/core/api/client';
import type { components } from '@/core/api/schema';

export type Preset = components['schemas']['Preset'];

export const PRESET_NAME = /^[a-z0-9-]{1,40}$/;

const list = (minSeq?: number) => http.GET('/api/presets', { params: { query: { 'min-seq': minSeq } } });

export const presets = async (): Promise<Preset[]> => (await answered(list())).presets;

export const keepPreset = (name: string, title: string, settings: Record<string, string>): Promise<void> =>
  isWritten(
    http.PUT('/api/presets/{name}', {
      params: { path: { name } },
      body: { ...(title ? { title } : {}), settings },
    }),
    list,
  );

export const deletePreset = (name: string): Promise<void> =>
  isWritten(http.DELETE('/api/presets/{name}', { params: { path: { name } } }), list);
