// Where the problem is, as the form holds it, and as it is sent.
import type { Position } from 'geojson';

export type Place =
  | { kind: 'building'; id: string; name: string; at: Position | null }
  | {
      kind: 'point';
      at: Position;
      name: string;
      /** Of a position that the phone found; metres. */ accuracy_m?: number;
    };

export function placeBody(place: Place): Record<string, unknown> {
  if (place.kind === 'building') return { building: place.id };
  // 7 digits are a centimetre; more would only pretend.
  const coordinates = place.at.slice(0, 2).map((degrees) => Number(degrees.toFixed(7)));
  // How the place is called is for the map to say: everybody will read it.
  return { geometry: { type: 'Point', coordinates } };
}
