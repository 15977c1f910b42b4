// The draw order of all map layers of all pages, bottom to top. A layer that is not listed is an error, because
// its position would depend on when it was added.
import type { AddLayerObject, MapLibreMap } from 'maplibre-gl';

export const Z_ORDER = [
  // Ground
  'background',
  'compounds',
  'green',
  'green-rows',
  'water',
  'waterways',
  'pocket-parks',
  // Streets
  'road-areas',
  'road-casings',
  'roads-minor',
  'roads',
  'roads-main',
  'routes',
  'routes-on-foot',
  // Level of each grid: a translucent area and an outline, under the buildings
  'grid-floor',
  'grid-pattern',
  'grid-edge',
  // A theme (十彩民情图): areas without data, areas in colour, their outlines
  'theme-none',
  'theme-area',
  'theme-edge',
  // Objects on the ground
  'trails',
  'barriers',
  'boundaries',
  'buildings',
  'gates',
  'facilities',
  'mediation-points',
  'trail-stops',
  'first-aid-stations',
  'building-labels',
  'facility-symbols',
  'mediation-symbols',
  'park-symbols',
  'first-aid-symbols',
  'gate-symbols',
  // Planning, below the names: the communities of the wall's coverage, the selected area, and uncovered people
  'coverage-edge',
  'plan-area',
  'plan-area-edge',
  'plan-uncovered',
  // Names
  'road-labels',
  'water-labels',
  'water-area-labels',
  'pocket-park-labels',
  'trail-stop-labels',
  'compound-labels',
  'community-labels',
  // The selected area of a theme, and the values
  'theme-selected',
  'theme-values',
  // Signs of the grids
  'grid-sign-quiet',
  'grid-sign',
  // The selected case, under its own symbol
  'focus-edge-glow',
  'focus-edge',
  'focus-ring',
  'ring',
  // Cases
  'warning-pins-green',
  'warning-pins',
  'warning-drills',
  // Projects (民生实事)
  'project-ring',
  'project-names',
  'project-signs',
  // Planning: changed ways and gates, what a plan changes, facilities
  'plan-ways-casing',
  'plan-ways',
  'plan-gates',
  'plan-uncovered-labels',
  'plan-change',
  'coverage-facility-rings',
  'plan-facilities',
  'coverage-labels',
  'plan-candidates',
  'plan-candidate-marks',
  'plan-pick',
  'plan-chosen',
  'plan-chosen-labels',
  // The place that a small map shows
  'subject-area',
  'subject-edge',
  'subject-way',
  'subject-place',
  'subject-me',
  // A route with its signs, and the position of the rider on it
  'way-casing',
  'way-line',
  'way-walk',
  'way-spots',
  'way-gate',
  'way-door',
  'way-accuracy',
  'way-me',
  // The position that is being chosen
  'mark',
  // What a planner draws: the layers of terra-draw, and the names of drawn sites
  'draw-polygon',
  'draw-polygon-outline',
  'draw-linestring',
  'draw-point',
  'draw-point-marker',
  'plan-site-labels',
] as const;

export type LayerId = (typeof Z_ORDER)[number];

const position = new Map<string, number>(Z_ORDER.map((id, i) => [id, i]));

/** The position of a layer in the draw order. Throws for a layer that is not listed. */
export function zIndex(id: string): number {
  const at = position.get(id);
  if (at === undefined)
    throw new Error(`Map layer "${id}" is not in Z_ORDER (web/src/core/map/zorder.ts). Add it there.`);
  return at;
}

/** The id of the lowest layer in `present` (bottom to top) that is drawn above `id`. */
export function layerAbove(present: readonly string[], id: string): string | undefined {
  const own = zIndex(id);
  return present.find((other) => zIndex(other) > own);
}

/** Adds a layer at its position in the draw order. */
export function addLayer(map: MapLibreMap, layer: AddLayerObject & { id: LayerId }): void {
  map.addLayer(layer, layerAbove(map.getLayersOrder(), layer.id));
}

/** Throws if layers, given bottom to top, are not listed or are in another order than the list. */
export function checkOrder(ids: readonly string[]): void {
  let below: string | undefined;
  for (const id of ids) {
    if (below !== undefined && zIndex(id) <= zIndex(below))
      throw new Error(
        `Map layer "${id}" is drawn above "${below}". Z_ORDER (web/src/core/map/zorder.ts) has them the other way round.`,
      );
    zIndex(id);
    below = id;
  }
}
