// The styles that the server serves, for MapLibre.
import type { StyleSpecification } from 'maplibre-gl';
import { answered, http } from '@/core/api/client';

/** The document says that a style is an object; whether MapLibre can take it, its version tells. */
const isStyle = (value: object): value is StyleSpecification =>
  'version' in value && value.version === 8 && 'sources' in value && 'layers' in value && Array.isArray(value.layers);

/** A style by its name, `{base}` already replaced. */
export async function mapStyle(name: string, signal?: AbortSignal): Promise<StyleSpecification> {
  const style = await answered(http.GET('/api/styles/{name}', { params: { path: { name } }, signal }));
  if (!isStyle(style)) throw new Error(`/api/styles/${name} is no MapLibre style of version 8`);
  return style;
}
