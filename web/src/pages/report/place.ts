// The place of a report, in the form and in the request.
import type { Position } from 'geojson';
import type { AskedPlace } from '@/core/ledger/reportPlace';

export type Place =
  | {
      kind: 'building';
      id: string;
      name: string;
      at: Position | null;
      /** The number of the unit, from the search or the plate. */ unit?: string;
      room?: string;
    }
  | {
      kind: 'point';
      at: Position;
      name: string;
      /** The accuracy of a position from the phone, in metres. */ accuracy_m?: number;
    };

/** 7 digits are about a centimetre; the position is not more precise. */
const rounded = (at: Position): Position => at.slice(0, 2).map((degrees) => Number(degrees.toFixed(7)));

export function placeBody(place: Place): Record<string, unknown> {
  if (place.kind === 'building')
    return {
      building: place.id,
      ...(place.unit ? { building_unit: place.unit } : {}),
      ...(place.room ? { room: place.room } : {}),
    };
  // The name of the place is not sent: it is public, so the server takes it from the map.
  return { geometry: { type: 'Point', coordinates: rounded(place.at) } };
}

/** The place of a refused report, for the form. */
export function placeOf(body: Record<string, unknown>): Place | null {
  const {
    building,
    building_unit: unit,
    room,
    geometry,
  } = body as {
    building?: string;
    building_unit?: string;
    room?: string;
    geometry?: { coordinates: Position };
  };
  if (building)
    return { kind: 'building', id: building, name: '', at: null, ...(unit ? { unit } : {}), ...(room ? { room } : {}) };
  return geometry ? { kind: 'point', at: geometry.coordinates, name: '' } : null;
}

/** The question about a place, to show what the map knows about it. */
export const askedPlace = (place: Place): AskedPlace =>
  place.kind === 'building'
    ? { building: place.id, ...(place.unit ? { unit: place.unit } : {}) }
    : { position: rounded(place.at) };
