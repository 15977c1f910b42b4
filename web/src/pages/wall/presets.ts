// Presets: what walls show, kept on the server under names.
import { answered, http, raw, visible } from '@/core/api/client';
import type { components } from '@/core/api/schema';

export type Preset = components['schemas']['Preset'];

export const PRESET_NAME = /^[a-z0-9-]{1,40}$/;

export const presets = async (): Promise<Preset[]> =>
  (await answered<{ presets: Preset[] }>(http.GET('/api/presets'))).presets;

export async function keepPreset(name: string, title: string, settings: Record<string, string>): Promise<void> {
  await visible(
    await raw(
      http.PUT('/api/presets/{name}', {
        params: { path: { name } },
        body: { ...(title ? { title } : {}), settings } as never,
        parseAs: 'stream',
      }),
    ),
  );
}

export async function deletePreset(name: string): Promise<void> {
  await visible(await raw(http.DELETE('/api/presets/{name}', { params: { path: { name } }, parseAs: 'stream' })));
}
