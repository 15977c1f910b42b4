// Draws sites and areas on the map with terra-draw. The page keeps the list of sites; this class
// shows them and reports what the user places, drags, selects and outlines.
import type { Polygon, Position } from 'geojson';
import type { MapLibreMap } from 'maplibre-gl';
import { TerraDraw, TerraDrawPointMode, TerraDrawPolygonMode, TerraDrawSelectMode } from 'terra-draw';
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter';
import { mapColors } from '@/core/map/colors';
import { newSiteId, type TriedSite } from './draft';

/** What a click on the map does: it selects, places a site, or outlines an area. */
export type Tool = 'select' | 'site' | 'area';

export interface DrawingEvents {
  dropped: (id: string, position: [number, number]) => void;
  /** `isDone` is false while the site is being dragged. */
  moved: (id: string, position: [number, number], isDone: boolean) => void;
  picked: (id: string | null) => void;
  outlined: (polygons: Polygon[]) => void;
}

/** The largest distance of the pointer from a site that it hits, in pixels. */
const REACH = 16;
const isPosition = (p: Position): p is [number, number] => p.length >= 2;
const MODES: Record<Tool, string> = { select: 'select', site: 'point', area: 'polygon' };
/** Rounds to nine decimals, the most that terra-draw accepts. */
const nine = (degrees: number): number => Math.round(degrees * 1e9) / 1e9;

/** The type that terra-draw expects. Colour tokens are hexadecimal. */
const hex = (color: string): `#${string}` => color as `#${string}`;

export class Drawing {
  private readonly draw: TerraDraw;
  private readonly container: HTMLElement;
  private readonly sites = new Set<string>();
  private dragged: string | null = null;

  constructor(
    map: MapLibreMap,
    element: Element,
    private readonly on: DrawingEvents,
  ) {
    const colors = mapColors(element);
    const site = {
      pointWidth: 8,
      pointColor: hex(colors.planSite),
      pointOutlineColor: hex(colors.panel),
      pointOutlineWidth: 3,
    };
    const area = {
      fillColor: hex(colors.planSite),
      fillOpacity: 0.12,
      outlineColor: hex(colors.planSite),
      outlineWidth: 2,
    };
    this.container = map.getCanvasContainer();
    this.draw = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map, prefixId: 'draw' }),
      idStrategy: { getId: newSiteId, isValidId: (id) => typeof id === 'string' && id !== '' },
      modes: [
        new TerraDrawPointMode({ styles: site }),
        new TerraDrawPolygonMode({ styles: { ...area, closingPointColor: hex(colors.planSite) } }),
        new TerraDrawSelectMode({
          flags: {
            point: { feature: { draggable: true } },
            polygon: {
              feature: { draggable: true, coordinates: { draggable: true, midpoints: true, deletable: true } },
            },
          },
          // The page binds its own keys.
          keyEvents: { deselect: null, delete: null, rotate: null, scale: null },
          styles: {
            selectedPointWidth: 11,
            selectedPointColor: hex(colors.planSite),
            selectedPointOutlineColor: hex(colors.text),
            selectedPointOutlineWidth: 3,
            selectedPolygonColor: hex(colors.planSite),
            selectedPolygonFillOpacity: 0.2,
            selectedPolygonOutlineColor: hex(colors.text),
            selectedPolygonOutlineWidth: 2,
          },
        }),
      ],
    });
    this.draw.start();
    this.draw.setMode('select');
    this.draw.on('finish', (id, { mode, action }) => this.finished(String(id), mode, action));
    this.draw.on('change', (ids, type, context) => {
      // Changes that the page made itself are not reported back to it.
      if (type !== 'update' || (context && 'origin' in context && context.origin === 'api')) return;
      for (const id of ids) this.draggedTo(String(id), false);
    });
    this.draw.on('select', (id) => this.on.picked(String(id)));
    this.draw.on('deselect', () => this.on.picked(null));
    this.container.addEventListener('pointerdown', this.pressed, { capture: true });
  }

  /**
   * Selects the pressed site before terra-draw handles the event, so that one gesture selects and
   * drags it.
   */
  private readonly pressed = (event: PointerEvent): void => {
    if (this.draw.getMode() !== 'select') return;
    const hit = this.draw
      .getFeaturesAtPointerEvent(event, { pointerDistance: REACH })
      .find((feature) => feature.properties['mode'] === 'point');
    if (hit?.id !== undefined && hit.properties['selected'] !== true) this.draw.selectFeature(hit.id);
  };

  private positionOf(id: string): [number, number] | null {
    const geometry = this.draw.getSnapshotFeature(id)?.geometry;
    return geometry?.type === 'Point' && isPosition(geometry.coordinates) ? geometry.coordinates : null;
  }

  private finished(id: string, mode: string, action: string): void {
    if (mode === 'point' && action === 'draw') {
      const position = this.positionOf(id);
      this.sites.add(id);
      if (position) this.on.dropped(id, position);
    } else if (this.sites.has(id)) this.draggedTo(id, true);
    else this.outlined();
  }

  private draggedTo(id: string, isDone: boolean): void {
    const position = this.sites.has(id) ? this.positionOf(id) : null;
    if (!position) return;
    this.dragged = isDone ? null : id;
    this.on.moved(id, position, isDone);
  }

  private outlined(): void {
    this.on.outlined(
      this.draw
        .getSnapshot()
        .filter((feature) => feature.properties['mode'] === 'polygon')
        .map((feature) => feature.geometry)
        .filter((geometry) => geometry.type === 'Polygon'),
    );
  }

  use(tool: Tool): void {
    if (this.draw.getMode() !== MODES[tool]) this.draw.setMode(MODES[tool]);
  }

  /** Shows exactly these sites. A site that is being dragged keeps its position. */
  show(sites: readonly TriedSite[]): void {
    const wanted = new Map(sites.map((site) => [site.id, site]));
    const gone = [...this.sites].filter((id) => !wanted.has(id));
    for (const id of gone) this.sites.delete(id);
    this.draw.removeFeatures(gone.filter((id) => this.draw.hasFeature(id)));
    for (const { id, position } of sites) {
      const [lon, lat] = position;
      const geometry = { type: 'Point' as const, coordinates: [nine(lon), nine(lat)] };
      if (!this.draw.hasFeature(id))
        this.draw.addFeatures([{ type: 'Feature', id, geometry, properties: { mode: 'point' } }]);
      else if (id !== this.dragged) {
        const now = this.positionOf(id);
        if (now?.[0] !== geometry.coordinates[0] || now?.[1] !== geometry.coordinates[1])
          this.draw.updateFeatureGeometry(id, geometry);
      }
      this.sites.add(id);
    }
  }

  pick(id: string | null): void {
    const selected = this.draw.getSnapshot().find((feature) => feature.properties['selected'] === true)?.id;
    if (selected === id || (selected === undefined && id === null)) return;
    if (id !== null && this.draw.hasFeature(id)) this.draw.selectFeature(id);
    else if (selected !== undefined) this.draw.deselectFeature(selected);
  }

  clearAreas(): void {
    const areas = this.draw.getSnapshot().filter((feature) => feature.properties['mode'] === 'polygon');
    this.draw.removeFeatures(areas.flatMap(({ id }) => (id === undefined ? [] : [id])));
    this.on.outlined([]);
  }

  stop(): void {
    this.container.removeEventListener('pointerdown', this.pressed, { capture: true });
    this.draw.stop();
  }
}
