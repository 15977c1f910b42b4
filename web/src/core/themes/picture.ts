// A thematic map as shapes for paper: an SVG in metres, so that the scale bar is right. Pure functions.
import type { Geometry, Position } from 'geojson';
import { bboxOf, signPlace } from '@/core/map/bounds';
import type { ThemeMap } from './client';
import { ramp } from './ramp';
import { valueText } from './theme';

export interface Shape {
  id: string;
  /** The path of the outline. */
  d: string;
  /** The colour; null without data. */
  color: string | null;
  /** The value as text, and where it stands; '' without data. */
  text: string;
  x: number;
  y: number;
}

export interface Picture {
  width: number;
  height: number;
  shapes: Shape[];
  /** The scale bar: its length in metres, which is its length in the units of the picture. */
  bar: number;
}

const METRES = 111_320;

/** The shapes of the areas with a known outline; null if there are none. */
export function pictureOf(map: ThemeMap, outline: (id: string) => Geometry | null): Picture | null {
  const areas = map.areas.map((area) => ({ area, geometry: outline(area.id) }));
  const box = bboxOf(areas.map(({ geometry }) => geometry));
  if (!box) return null;
  const [west, south, east, north] = box;
  const along = METRES * Math.cos((((south + north) / 2) * Math.PI) / 180);
  const at = ([lon = 0, lat = 0]: Position): [number, number] => [
    Math.round((lon - west) * along * 10) / 10,
    Math.round((north - lat) * METRES * 10) / 10,
  ];
  const ring = (positions: Position[]): string => `M${positions.map((p) => at(p).join(' ')).join('L')}Z`;
  const path = (geometry: Geometry): string => {
    if (geometry.type === 'Polygon') return geometry.coordinates.map(ring).join('');
    if (geometry.type === 'MultiPolygon') return geometry.coordinates.flat().map(ring).join('');
    return '';
  };
  const colors = ramp(map.hue, map.classes.length, map.more, 'light');
  const shapes = areas.flatMap(({ area, geometry }): Shape[] => {
    const d = geometry ? path(geometry) : '';
    if (!geometry || !d) return [];
    const [x, y] = at(signPlace(geometry) ?? [west, north]);
    return [
      {
        id: area.id,
        d,
        color: typeof area.class === 'number' ? (colors[area.class] ?? null) : null,
        text: typeof area.value === 'number' ? valueText(area.value, map) : '',
        x,
        y,
      },
    ];
  });
  const [width, height] = at([east, south]);
  // The longest of these lengths that is at most a third as wide as the picture.
  const bars = [50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000];
  return { width, height, shapes, bar: bars.findLast((length) => length <= width / 3) ?? 50 };
}
