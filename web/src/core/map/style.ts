// Loads the MapLibre styles of the server.
import type { StyleSpecification } from 'maplibre-gl';
import { answered, http } from '@/core/api/client';

/**
 * The OpenAPI document only says that a style is an object. The version shows whether it is a MapLibre style.
 */
const isStyle = (value: object): value is StyleSpecification =>
  'version' in value && value.version === 8 && 'sources' in value && 'layers' in value && Array.isArray(value.layers);

/** Loads a style by name. The server has already replaced `{base}`. */
export async function mapStyle(name: string, signal?: AbortSignal): Promise<StyleSpecification> {
  const style = await answered(http.GET('/api/styles/{name}', { params: { path: { name } }, signal }));
  if (!isStyle(style)) throw new Error(`/api/styles/${name} is not a MapLibre style of version 8`);
  return style;
}
