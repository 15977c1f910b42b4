// The views of the wall screen, each with another subject in front. Each lists its changes to the style, which are
// reverted when the view is left.
import type { ExpressionSpecification, GeoJSONSource, MapLibreMap } from 'maplibre-gl';
import { allItems } from '@/core/api/client';
import type { Lang } from '@/core/i18n/lang';
import { mapColors, type MapColors } from '@/core/map/colors';
import { addLayer } from '@/core/map/zorder';
import { HOUSING, type Housing } from '@/core/ledger/types';
import { housingWords } from '@/core/ledger/words';
import type { GridLook } from '@/core/map/layers/grids';
import type { View } from '../settings';
import { words } from '../words';
import { BARE } from './themes';

/** How prominent the grids are in each view. */
export const gridLook: Record<View, GridLook> = {
  levels: 'full',
  category: 'quiet',
  housing: 'outline',
  riders: 'outline',
  // Levels and the ramp of distances are never drawn together.
  coverage: 'plain',
  themes: 'plain',
  projects: 'plain',
};

const byKind = (value: (kind: Housing) => string, other: unknown): ExpressionSpecification =>
  [
    'match',
    ['get', 'housing'],
    ...HOUSING.flatMap((kind) => [kind, value(kind)]),
    other,
  ] as unknown as ExpressionSpecification;

/** Layers that only the riders' view has. */
const RIDERS_ONLY = ['gate-symbols'];

/** The most gates that are shown from the whole area. The others are shown only where tiles contain them. */
const MOST_GATES = 6000;

export class ViewLayers {
  /** Functions that restore the original values of the style. */
  private readonly before: (() => void)[] = [];
  private gates = false;
  private readonly colors: MapColors;

  constructor(
    private readonly map: MapLibreMap,
    room: Element,
    private readonly scale: number,
  ) {
    this.colors = mapColors(room);
    map.addSource('gates', { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
    addLayer(map, {
      id: 'gate-symbols',
      type: 'symbol',
      source: 'gates',
      layout: {
        visibility: 'none',
        'icon-image': [
          'match',
          ['get', 'ebike'],
          'yes',
          'symbol-gate_open',
          'dismount',
          'symbol-dismount',
          'symbol-gate_shut',
        ],
        'icon-padding': 1,
        'symbol-sort-key': ['match', ['get', 'ebike'], 'yes', 0, 1],
      },
    });
  }

  /** Activates a view. */
  set(view: View, lang: Lang): void {
    for (const undo of this.before.splice(0).toReversed()) undo();
    // The estates are named from the whole area, as far as their names do not overlap.
    if (view === 'levels' || view === 'category') this.range('compound-labels', 12);
    if (view === 'housing') this.housing(lang);
    if (view === 'riders') this.riders();
    if (view === 'coverage' || view === 'projects') this.withoutFacilities();
    if (view === 'themes') for (const [layer, property, value] of BARE) this.paint(layer, property, value);
    for (const id of RIDERS_ONLY) this.map.setLayoutProperty(id, 'visibility', view === 'riders' ? 'visible' : 'none');
  }

  private housing(lang: Lang): void {
    const colour = this.colors.housing;
    this.paint('compounds', 'fill-color', byKind(colour, this.colors.panel));
    this.paint('compounds', 'fill-opacity', 0.42);
    this.paint('buildings', 'fill-extrusion-color', byKind(colour, this.colors.buildingUnknown));
    // The kind of housing is written above the name, because colour alone is not enough.
    this.layout('compound-labels', 'text-field', [
      'format',
      byKind((kind) => words[lang].short[kind] ?? housingWords[kind][lang], ''),
      { 'text-color': this.colors.text },
      '\n',
      {},
      ['get', 'name'],
      {},
    ]);
    this.range('compound-labels', 12);
  }

  /** Hides the facilities and names of the base map, which would be taken for what the view is about. */
  private withoutFacilities(): void {
    for (const id of ['facility-symbols', 'park-symbols', 'first-aid-symbols']) this.paint(id, 'icon-opacity', 0);
    for (const id of ['pocket-park-labels', 'compound-labels', 'community-labels']) this.paint(id, 'text-opacity', 0);
  }

  private riders(): void {
    const bright = this.colors.accent;
    const k = this.scale;
    this.paint('routes', 'line-color', bright);
    this.paint('routes', 'line-opacity', 1);
    this.paint('routes', 'line-width', ['interpolate', ['linear'], ['zoom'], 13, 1 * k, 16, 2.6 * k, 18, 5 * k]);
    this.range('routes', 13);
    this.paint('pocket-parks', 'fill-color', this.colors.parkBright);
    this.paint('buildings', 'fill-extrusion-opacity', 0.45);
    for (const id of ['facility-symbols', 'park-symbols', 'first-aid-symbols']) {
      this.range(id, 13);
      this.layout(id, 'icon-size', 1.25);
      this.layout(id, 'icon-padding', 0);
    }
    if (!this.gates) {
      this.gates = true;
      this.loadGates().catch(() => (this.gates = false));
    }
  }

  /** Loads the gates. Tiles contain them only at high zoom levels, but this view shows the whole district. */
  async loadGates(): Promise<void> {
    const found = await allItems('entrances', undefined, { kind: 'gate' });
    const features = found
      .slice(0, MOST_GATES)
      .flatMap(({ id, geometry, properties }): GeoJSON.Feature[] =>
        geometry ? [{ type: 'Feature', id, geometry, properties }] : [],
      );
    await this.map.getSource<GeoJSONSource>('gates')?.setData({ type: 'FeatureCollection', features });
  }

  /**
   * Called when entrances have changed. They are loaded again if the riders' view has loaded them
   * before.
   */
  entrancesChanged(): void {
    if (this.gates) this.loadGates().catch(() => {});
  }

  private paint(layer: string, property: string, value: unknown): void {
    if (!this.map.getLayer(layer)) return;
    const before = this.map.getPaintProperty(layer, property as never) as unknown;
    this.before.push(() => this.map.setPaintProperty(layer, property as never, before as never));
    this.map.setPaintProperty(layer, property as never, value as never);
  }

  private layout(layer: string, property: string, value: unknown): void {
    if (!this.map.getLayer(layer)) return;
    const before = this.map.getLayoutProperty(layer, property as never) as unknown;
    this.before.push(() => this.map.setLayoutProperty(layer, property as never, before as never));
    this.map.setLayoutProperty(layer, property as never, value as never);
  }

  private range(layer: string, from: number): void {
    const before = this.map.getLayer(layer)?.minzoom ?? 0;
    if (!this.map.getLayer(layer)) return;
    this.before.push(() => this.map.setLayerZoomRange(layer, before, 24));
    this.map.setLayerZoomRange(layer, from, 24);
  }
}
