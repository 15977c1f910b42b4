// The map layers of the grids: a translucent area and a bright outline under the buildings, and a sign above
// them.
import type { Feature as GeoJsonFeature, Geometry, Position } from 'geojson';
import type { ExpressionSpecification, GeoJSONSource, MapLibreMap } from 'maplibre-gl';
import { LEVELS, parseLevel, type Level } from '@/core/levels/levels';
import type { Lang } from '@/core/i18n/lang';
import { levelShort } from '@/core/i18n/words';
import { roomyPlace, signPlace } from '@/core/map/bounds';
import { mapColors } from '@/core/map/colors';
import { addLayer, type LayerId } from '@/core/map/zorder';

/** The data of a grid that the layers need. */
export interface Grid {
  id: string;
  geometry: Geometry | null;
  kind: string;
  status: { level: string; open?: { red: number; yellow: number } } | null;
}

/** What the signs of grids say and where they stand. */
export interface GridSigns {
  sizes?: SignSizes;
  /** Whether a grid lies outside of the communities that the map shows. */
  isOut?: (id: string) => boolean;
  /**
   * For maps that are read from afar: signs show the number of cases of the grid's level instead of its name, stand
   * inside their grid beside the positions that this function returns for the grids' ids, and green grids have none.
   */
  taken?: () => ReadonlyMap<string, readonly Position[]>;
}

/**
 * How prominent the grids are. `full`: they are the subject of the map. `quiet`: they are the
 * background of another subject. `outline`: their outlines give orientation, in the colour of the
 * level. `plain`: outlines in one colour, because the colours on the map do not mean levels.
 */
export type GridLook = 'full' | 'quiet' | 'outline' | 'plain';

export const GRID_LAYERS: LayerId[] = ['grid-floor', 'grid-pattern', 'grid-edge', 'grid-sign-quiet', 'grid-sign'];

/** With more grids than this, green ones have no sign; their colour and outline are enough. */
const MANY = 400;

const byLevel = <T>(value: (level: Level) => T): ExpressionSpecification =>
  [
    'match',
    ['get', 'level'],
    ...LEVELS.flatMap((level) => [level, value(level)]),
    value('no_data'),
  ] as unknown as ExpressionSpecification;

const collect = (
  grids: ReadonlyMap<string, Grid>,
  make: (grid: Grid) => GeoJsonFeature | null,
): GeoJSON.FeatureCollection => ({
  type: 'FeatureCollection',
  features: [...grids.values()].map(make).filter((f) => f !== null),
});

type Stands = (string | [number, number])[];

/** The possible positions of a sign at the distance `r` from its place, in ems. */
function ring(r: number): Stands {
  const d = r / Math.SQRT2;
  return [
    'bottom',
    [0, -r],
    'top',
    [0, r],
    'left',
    [r, 0],
    'right',
    [-r, 0],
    'bottom-left',
    [d, -d],
    'bottom-right',
    [-d, -d],
    'top-left',
    [d, d],
    'top-right',
    [-d, d],
  ];
}

/**
 * Positions of a sign for a red or yellow grid: at its place, around it, and farther out if those are taken.
 */
const around = (near: number): Stands => ['center', [0, 0], ...ring(near), ...ring(near * 1.5)];
/**
 * All other signs stay inside their own grid or are left out, because in a neighbouring grid they would show a
 * wrong level.
 */
const INSIDE: Stands = [
  'center',
  [0, 0],
  'center',
  [0, -0.6],
  'center',
  [0, 0.6],
  'center',
  [0.6, 0],
  'center',
  [-0.6, 0],
];

/** The text sizes of the signs on a desktop screen, in pixels. */
export type SignSizes = Record<Level, number>;

const SIGNS: SignSizes = { red: 17, yellow: 16, green: 14.3, no_data: 14.3 };
/** True for grids with the property `out` (see `isOut`). They are drawn as faint lines. */
const OUT: ExpressionSpecification = ['to-boolean', ['get', 'out']];
const unlessOut = (value: unknown, out: number): ExpressionSpecification =>
  ['case', OUT, out, value] as unknown as ExpressionSpecification;

export class GridLayers {
  private readonly drawn = new Set<string>();
  private look: GridLook = 'full';
  /** The colour of outlines by level. */
  private readonly colour: ExpressionSpecification;
  /** The colour of all outlines if `look` is `plain`. */
  private readonly plain: string;
  /** Whether the signs were chosen for many grids. */
  private isMany = false;

  constructor(
    private readonly map: MapLibreMap,
    element: Element,
    scale: number,
    lang: Lang,
    private readonly options: GridSigns = {},
  ) {
    const sizes = options.sizes ?? SIGNS;
    const colors = mapColors(element);
    const colour = byLevel(colors.level);
    this.colour = colour;
    this.plain = colors.textQuiet;
    const text = byLevel(colors.levelText);
    const empty: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };
    map.addSource('grids', { type: 'geojson', data: empty, promoteId: 'id' });
    map.addSource('grid-signs', { type: 'geojson', data: empty, promoteId: 'id' });

    addLayer(map, { id: 'grid-floor', type: 'fill', source: 'grids', paint: { 'fill-color': colour } });
    addLayer(map, {
      id: 'grid-pattern',
      type: 'fill',
      source: 'grids',
      filter: ['all', ['!', OUT], ['in', ['get', 'level'], ['literal', ['red', 'yellow', 'no_data']]]],
      paint: { 'fill-pattern': ['concat', 'pattern-', ['get', 'level']] },
    });
    const width = byLevel((l) => ({ red: 3, yellow: 2, green: 0.9, no_data: 0.9 })[l] * scale);
    addLayer(map, {
      id: 'grid-edge',
      type: 'line',
      source: 'grids',
      layout: {
        'line-join': 'round',
        'line-sort-key': byLevel((l) => ({ red: 3, yellow: 2, green: 1, no_data: 0 })[l]),
      },
      paint: {
        'line-color': colour,
        'line-width': width,
        // The outline is drawn inside its own grid, so that a red neighbour does not hide a yellow one.
        'line-offset': ['*', -0.5, width],
      },
    });
    // Signs of red and yellow grids are placed first and may overlap others. The remaining signs avoid them.
    for (const [id, allowOverlap] of [
      ['grid-sign-quiet', false],
      ['grid-sign', ['step', ['zoom'], false, 12.5, true]],
    ] as const) {
      addLayer(map, {
        id,
        type: 'symbol',
        source: 'grid-signs',
        layout: {
          'text-field': '',
          'text-font': ['PingFang SC Semibold', 'Microsoft YaHei', 'Noto Sans SC', 'Noto Sans CJK SC', 'system-ui'],
          'text-size': byLevel((l) => sizes[l] * scale),
          // A sign moves aside for the symbol of a warning.
          'text-variable-anchor-offset': (id === 'grid-sign' && !options.taken ? around(1.3) : INSIDE) as never,
          'text-allow-overlap': allowOverlap as never,
          'symbol-sort-key': byLevel((l) => ({ red: 0, yellow: 1, no_data: 2, green: 3 })[l]),
          'text-padding': 1,
        },
        paint: {
          'text-color': text,
          'text-halo-color': colors.ground,
          'text-halo-width': 1.6 * scale,
          'text-opacity': byLevel((l) => (l === 'green' || l === 'no_data' ? 0.62 : 1)),
        },
      });
    }
    this.speak(lang);
    this.setLook('full');
  }

  /** Sets how prominent the grids are on the map. */
  setLook(look: GridLook): void {
    this.look = look;
    const floor = {
      full: { red: 0.26, yellow: 0.15, green: 0.08, no_data: 0.04 },
      quiet: { red: 0.12, yellow: 0.07, green: 0.04, no_data: 0.02 },
      outline: { red: 0.05, yellow: 0.02, green: 0, no_data: 0 },
      plain: { red: 0, yellow: 0, green: 0, no_data: 0 },
    }[look];
    const edge = {
      full: { red: 1, yellow: 0.9, green: 0.38, no_data: 0.5 },
      quiet: { red: 0.55, yellow: 0.4, green: 0.2, no_data: 0.25 },
      outline: { red: 0.9, yellow: 0.7, green: 0.25, no_data: 0.3 },
      plain: { red: 0.3, yellow: 0.3, green: 0.3, no_data: 0.3 },
    }[look];
    this.map.setPaintProperty(
      'grid-floor',
      'fill-opacity',
      unlessOut(
        byLevel((l) => floor[l]),
        0,
      ),
    );
    this.map.setPaintProperty(
      'grid-edge',
      'line-opacity',
      unlessOut(
        byLevel((l) => edge[l]),
        0.12,
      ),
    );
    this.map.setPaintProperty('grid-edge', 'line-color', look === 'plain' ? this.plain : this.colour);
    // Grids without data stay hatched wherever levels are shown, so that nobody takes them for green.
    const hatched = look === 'plain' ? 0 : byLevel((l) => (l === 'no_data' ? 0.8 : 0));
    this.map.setPaintProperty('grid-pattern', 'fill-opacity', look === 'full' ? 1 : hatched);
    this.chooseSigns();
  }

  private chooseSigns(): void {
    const loud: ExpressionSpecification = ['in', ['get', 'level'], ['literal', ['red', 'yellow']]];
    this.isMany = this.drawn.size > MANY;
    const quiet = this.isMany || this.options.taken ? ['==', ['get', 'level'], 'no_data'] : ['!', loud];
    const hasSigns = this.look === 'full' || this.look === 'outline';
    this.map.setFilter('grid-sign', ['all', ['!', OUT], hasSigns ? loud : false] as never);
    this.map.setFilter('grid-sign-quiet', ['all', ['!', OUT], this.look === 'full' ? quiet : false] as never);
  }

  private properties(grid: Grid): Record<string, unknown> {
    const level = parseLevel(grid.status?.level);
    const n = level === 'red' || level === 'yellow' ? (grid.status?.open?.[level] ?? 0) : 0;
    return { id: grid.id, level, n, out: this.options.isOut?.(grid.id) ?? false };
  }

  private readonly area = (grid: Grid): GeoJsonFeature | null => {
    if (!grid.geometry || grid.kind !== 'grid') return null;
    return { type: 'Feature', id: grid.id, geometry: grid.geometry, properties: this.properties(grid) };
  };

  private sign(grid: Grid, taken: ReadonlyMap<string, readonly Position[]> | undefined): GeoJsonFeature | null {
    if (grid.kind !== 'grid') return null;
    const properties = this.properties(grid);
    // Looking for room takes time, and green grids have no sign there.
    const place =
      taken && properties['n'] !== 0 ? roomyPlace(grid.geometry, taken.get(grid.id) ?? []) : signPlace(grid.geometry);
    return place && { type: 'Feature', id: grid.id, geometry: { type: 'Point', coordinates: place }, properties };
  }

  /** Sets the language of the signs. */
  speak(lang: Lang): void {
    const name = byLevel((level) => levelShort[level][lang]);
    const text: ExpressionSpecification = this.options.taken
      ? ['case', ['>', ['get', 'n'], 0], ['to-string', ['get', 'n']], ['==', ['get', 'level'], 'no_data'], name, '']
      : name;
    const field: ExpressionSpecification = [
      'format',
      ['image', ['concat', 'mark-', ['get', 'level']]],
      { 'vertical-align': 'center' },
      // A thin space separates the symbol from its text.
      ['concat', '\u2009', text],
      { 'vertical-align': 'center' },
    ];
    for (const layer of ['grid-sign', 'grid-sign-quiet']) this.map.setLayoutProperty(layer, 'text-field', field);
  }

  setAll(grids: ReadonlyMap<string, Grid>): void {
    this.drawn.clear();
    const areas = collect(grids, this.area);
    for (const f of areas.features) this.drawn.add(String(f.id));
    void this.source('grids').setData(areas);
    const taken = this.options.taken?.();
    void this.source('grid-signs').setData(collect(grids, (grid) => this.sign(grid, taken)));
    this.chooseSigns();
  }

  /** Redraws only the grids that changed. */
  update(grids: ReadonlyMap<string, Grid>, ids: string[]): void {
    const taken = this.options.taken?.();
    for (const [name, make] of [
      ['grids', this.area],
      ['grid-signs', (grid: Grid) => this.sign(grid, taken)],
    ] as const) {
      const diff = { add: [] as GeoJsonFeature[], remove: [] as string[], update: [] as Diff[] };
      for (const id of ids) {
        const grid = grids.get(id);
        const feature = grid ? make(grid) : null;
        if (!feature) {
          if (this.drawn.has(id)) diff.remove.push(id);
        } else if (this.drawn.has(id)) {
          diff.update.push({
            id,
            newGeometry: feature.geometry,
            addOrUpdateProperties: ['level', 'n'].map((key) => ({ key, value: feature.properties?.[key] })),
          });
        } else {
          diff.add.push(feature);
        }
      }
      void this.source(name).updateData(diff);
    }
    for (const id of ids) {
      if (grids.get(id)?.kind === 'grid') this.drawn.add(id);
      else this.drawn.delete(id);
    }
    // Setting a filter lays out all signs again, so it is only set if the choice changes.
    if (this.drawn.size > MANY !== this.isMany) this.chooseSigns();
  }

  private source(name: string): GeoJSONSource {
    const source = this.map.getSource<GeoJSONSource>(name);
    if (!source) throw new Error(`The map has no source ${name}`);
    return source;
  }
}

interface Diff {
  id: string;
  newGeometry: GeoJSON.Geometry;
  addOrUpdateProperties: { key: string; value: unknown }[];
}
