// Presets: what walls show, kept on the server under names.
import { ask, json, visible } from '@/core/api/client';

export interface Preset {
  name: string;
  title?: string | null;
  settings: Record<string, string>;
}

export const PRESET_NAME = /^[a-z0-9-]{1,40}$/;

export const presets = async (): Promise<Preset[]> => (await json<{ presets: Preset[] }>('/api/presets')).presets;

export async function keepPreset(name: string, title: string, settings: Record<string, string>): Promise<void> {
  const body = JSON.stringify({ ...(title ? { title } : {}), settings });
  await visible(await ask(`/api/presets/${name}`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body }));
}

export async function deletePreset(name: string): Promise<void> {
  await visible(await ask(`/api/presets/${name}`, { method: 'DELETE' }));
}
