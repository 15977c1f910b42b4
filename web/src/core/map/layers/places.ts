// The names of compounds, one label each. In tiles, a compound that crosses tile borders would have a label in
// each tile. So the page loads the compounds themselves, if there are not too many.
import type { GeoJSONSource, MapLibreMap } from 'maplibre-gl';
import { allItems } from '@/core/api/client';
import { signPlace } from '@/core/map/bounds';
import { addLayer } from '@/core/map/zorder';

/**
 * With more compounds than this, the labels of the tiles are used. On a map of that size, only a
 * few compounds are visible at once.
 */
const MOST = 4000;

const LAYER = 'compound-labels';

/** Draws the names. Call it again after compounds have changed. */
export async function namePlaces(map: MapLibreMap, count: number): Promise<void> {
  if (count === 0 || count > MOST) return;
  const compounds = await allItems('compounds');
  const data: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };
  for (const { id, geometry, properties } of compounds) {
    const place = properties.name ? signPlace(geometry) : null;
    if (place)
      data.features.push({
        type: 'Feature',
        id,
        geometry: { type: 'Point', coordinates: place },
        properties: { name: properties.name, housing: properties.housing ?? '' },
      });
  }
  const known = map.getSource<GeoJSONSource>('places');
  if (known) {
    await known.setData(data);
    return;
  }
  const { layers } = map.getStyle();
  const layer = layers.find((l) => l.id === LAYER);
  if (layer?.type !== 'symbol') return;
  map.removeLayer(LAYER);
  map.addSource('places', { type: 'geojson', data });
  const { 'source-layer': _, ...own } = layer;
  addLayer(map, { ...own, id: LAYER, source: 'places' });
}
