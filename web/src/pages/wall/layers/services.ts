// Stations, parks and facilities with their symbols. The style draws dots, so that it works in any client; the
// wall screen replaces them with symbols.
import type { MapLibreMap } from 'maplibre-gl';
import { addLayer, type LayerId } from '@/core/map/zorder';
import { facilityKinds } from '@/core/symbols/symbols';

export const SERVICE_LAYERS = {
  first_aid: ['first-aid-symbols'],
  parks: ['pocket-parks', 'pocket-park-labels', 'park-symbols'],
  facilities: ['facility-symbols', 'mediation-symbols'],
  trails: ['trails', 'trail-stops', 'trail-stop-labels'],
};

export function addServices(map: MapLibreMap): void {
  for (const dots of ['facilities', 'mediation-points', 'first-aid-stations'])
    if (map.getLayer(dots)) map.removeLayer(dots);
  const symbol = (id: LayerId, layer: string, image: unknown, minzoom: number, order: number): void => {
    addLayer(map, {
      id,
      type: 'symbol',
      source: 'onemap',
      'source-layer': layer,
      minzoom,
      layout: { 'icon-image': image as string, 'icon-padding': 3, 'symbol-sort-key': order },
    });
  };
  // Later layers are placed first, so first aid has priority over parking.
  symbol(
    'facility-symbols',
    'facilities',
    ['match', ['get', 'kind'], ...facilityKinds.flatMap((k) => [k, `symbol-${k}`]), 'symbol-party_service_centre'],
    15.2,
    2,
  );
  symbol('mediation-symbols', 'mediation_points', 'symbol-mediation_room', 15.2, 2);
  symbol('park-symbols', 'pocket_parks', 'symbol-leaf', 14, 1);
  symbol('first-aid-symbols', 'first_aid_stations', 'symbol-first_aid', 14, 0);
}
