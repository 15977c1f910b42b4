// The camera: at home, at a red, over a community, at what was imported. Where it is to look, the tour says.
import type { MapLibreMap, PaddingOptions } from 'maplibre-gl';
import type { Bbox } from '@/core/api/types';
import { standFor, type Stand } from '@/core/map/camera';
import { reducedMotion } from '@/core/theme/tokens';

const PITCH = 36;
const CLOSE_PITCH = 55;
const FRAME_PITCH = 48;
const MAX_ZOOM = 17;
/** From here on tiles carry buildings (their schema's `x-onemap-minzoom`, and a hair). */
const HOUSES = 13.02;
/** A flight to a new red; milliseconds. */
const FLIGHT = 2000;
/** The wide flight to an import, and back home. */
const VOYAGE = 3200;
/** Further than this many screens away is elsewhere. */
const FAR = 12;
/** A padding stays with the map until another one comes. */
const NO_PADDING: PaddingOptions = { top: 0, right: 0, bottom: 0, left: 0 };

export class Director {
  private home: Bbox | null = null;
  /** What it looks at: solved anew where the screen has another size. */
  private aim: (animate: boolean) => void = () => this.goHome(false);

  constructor(
    private readonly map: MapLibreMap,
    /** How many times as large as on a desk things are drawn. */
    private readonly scale: number,
    /** Space at the upper edge that is not the map's now; pixels as on a desk. */
    private readonly roof: () => number,
  ) {}

  /** Of two walls side by side: which of them, and how wide both maps are together; pixels. */
  pair: { part: 1 | 2; width: number } | null = null;

  get homeBox(): Bbox | null {
    return this.home;
  }

  setHome(box: Bbox | null): void {
    this.home = box;
  }

  goHome(animate = true): void {
    this.aim = (moving) => this.goHome(moving);
    if (!this.home) return;
    const stand = this.stand(this.home, PITCH, this.pair?.width);
    // Two walls are one picture: each looks past its inner edge at what the middle of both is.
    const width = this.map.getContainer().clientWidth;
    const padding = { ...NO_PADDING, ...(this.pair && { [this.pair.part === 1 ? 'left' : 'right']: width }) };
    this.go({ ...stand, pitch: PITCH, bearing: 0, padding }, animate ? VOYAGE : 0);
  }

  /** To a place, close enough to see the houses around it. */
  goTo(place: number[], animate = true): void {
    this.aim = (moving) => this.goTo(place, moving);
    const [lon = 0, lat = 0] = place;
    const zoom = Math.min(
      MAX_ZOOM + Math.log2(this.scale),
      Math.max(16.4, (this.home ? this.stand(this.home).zoom : 15) + 1.4),
    );
    this.go({ center: [lon, lat], zoom, pitch: CLOSE_PITCH, bearing: 0 }, animate ? FLIGHT : 0);
  }

  /** To a community, whole. */
  goToBox(box: Bbox, animate = true): void {
    this.aim = (moving) => this.goToBox(box, moving);
    this.go({ ...this.stand(box, FRAME_PITCH), pitch: FRAME_PITCH, bearing: 0 }, animate ? VOYAGE : 0);
  }

  /** The map has another size: what was looked at is looked at still. */
  resized(): void {
    this.aim(false);
  }

  private go(target: Stand & { pitch: number; bearing: number; padding?: PaddingOptions }, milliseconds: number): void {
    const to = { padding: NO_PADDING, ...target };
    if (milliseconds === 0 || reducedMotion()) {
      this.map.jumpTo(to);
      return;
    }
    // Between two cities lies nothing that we could draw: descend onto the second one instead.
    const [here, there] = [this.map.project(this.map.getCenter()), this.map.project(to.center)];
    const screens = Math.hypot(here.x - there.x, here.y - there.y) / this.map.getContainer().clientWidth;
    if (screens > FAR) this.map.jumpTo({ ...to, zoom: Math.max(0, to.zoom - 2), pitch: 0 });
    this.map.flyTo({ ...to, duration: milliseconds, curve: 1.25, essential: true });
  }

  private stand(box: Bbox, pitch = PITCH, width = this.map.getContainer().clientWidth): Stand {
    const height = this.map.getContainer().clientHeight;
    const edge = 14 * this.scale;
    // Tall buildings rise above the ground line at the far edge; at the near one stands the furniture, and a sign of
    // the nearest grids has room above it.
    const padding = { top: edge * 2 + this.roof() * this.scale, right: edge, bottom: edge * 4.4, left: edge };
    const stand = standFor(box, {
      width,
      height,
      padding,
      pitch,
      bearing: 0,
      maxZoom: MAX_ZOOM + Math.log2(this.scale),
    });
    // A little too wide for its houses: rather lose its edges than show a city without any.
    if (stand.zoom < HOUSES && stand.zoom > HOUSES - 1) stand.zoom = HOUSES;
    return stand;
  }
}
