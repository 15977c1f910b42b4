// The place of a report, in the form and in the request.
import type { Position } from 'geojson';

export type Place =
  | { kind: 'building'; id: string; name: string; at: Position | null }
  | {
      kind: 'point';
      at: Position;
      name: string;
      /** The accuracy of a position from the phone, in metres. */ accuracy_m?: number;
    };

export function placeBody(place: Place): Record<string, unknown> {
  if (place.kind === 'building') return { building: place.id };
  // 7 digits are about a centimetre; the position is not more precise.
  const coordinates = place.at.slice(0, 2).map((degrees) => Number(degrees.toFixed(7)));
  // The name of the place is not sent: it is public, so the server takes it from the map.
  return { geometry: { type: 'Point', coordinates } };
}
