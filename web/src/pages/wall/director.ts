// Moves the camera: to the whole area, a red case, a community or an import. The tour decides where to.
import type { MapLibreMap, PaddingOptions } from 'maplibre-gl';
import type { Bbox } from '@/core/api/types';
import { fillingPitch, standFor, type Stand, type View } from '@/core/map/camera';
import { reducedMotion } from '@/core/theme/tokens';

const PITCH = 36;
/** The lowest view of the whole area, on screens that are much wider than the area. */
export const LOWEST_PITCH = 62;
/** A map whose width is more than this many times its height shows the area from lower down. */
const WIDE = 2;
const CLOSE_PITCH = 55;
const FRAME_PITCH = 48;
const MAX_ZOOM = 17;
/**
 * The zoom level from which tiles contain buildings (`x-onemap-minzoom` of the schema, plus a small margin).
 */
const HOUSES = 13.02;
/** The duration of a flight to a new red case, in milliseconds. */
const FLIGHT = 2000;
/** The duration of a flight to the whole area or to a community, in milliseconds. */
const VOYAGE = 3200;
/** A distance of more than this many screens counts as far away. */
const FAR = 12;
/** MapLibre keeps a padding until another one is set. */
const NO_PADDING: PaddingOptions = { top: 0, right: 0, bottom: 0, left: 0 };

export class Director {
  private home: Bbox | null = null;
  /** Moves the camera to its present target. Called again when the size of the screen changes. */
  private aim: (animate: boolean) => void = () => this.goHome(false);

  constructor(
    private readonly map: MapLibreMap,
    /** The enlargement relative to a desktop screen. */
    private readonly scale: number,
    /** The height at the upper edge that something else covers, in pixels of a desktop screen. */
    private readonly roof: () => number,
  ) {}

  /** For two screens side by side: which one this is. Both maps have the same width. */
  part: 1 | 2 | null = null;

  get homeBox(): Bbox | null {
    return this.home;
  }

  setHome(box: Bbox | null): void {
    this.home = box;
  }

  goHome(animate = true): void {
    this.aim = (moving) => this.goHome(moving);
    if (!this.home) return;
    const { clientWidth: width, clientHeight: height } = this.map.getContainer();
    const whole = this.part === null ? width : 2 * width;
    const pitch = whole > WIDE * height ? fillingPitch(this.home, this.view(PITCH, whole), LOWEST_PITCH) : PITCH;
    // Two screens show one picture, so its centre lies at the inner edge of each screen.
    const padding = { ...NO_PADDING, ...(this.part !== null && { [this.part === 1 ? 'left' : 'right']: width }) };
    this.go({ ...this.stand(this.home, pitch, whole), pitch, bearing: 0, padding }, animate ? VOYAGE : 0);
  }

  /** Moves to a place, close enough to see the buildings around it. */
  goTo(place: number[], animate = true): void {
    this.aim = (moving) => this.goTo(place, moving);
    const [lon = 0, lat = 0] = place;
    const zoom = Math.min(
      MAX_ZOOM + Math.log2(this.scale),
      Math.max(16.4, (this.home ? this.stand(this.home).zoom : 15) + 1.4),
    );
    this.go({ center: [lon, lat], zoom, pitch: CLOSE_PITCH, bearing: 0 }, animate ? FLIGHT : 0);
  }

  /** Moves to a whole community. `covered` are the pixels at the right edge that something lies over. */
  goToBox(box: Bbox, covered = 0, animate = true): void {
    this.aim = (moving) => this.goToBox(box, covered, moving);
    const stand = this.stand(box, FRAME_PITCH, this.map.getContainer().clientWidth - covered);
    const padding = { ...NO_PADDING, right: covered };
    this.go({ ...stand, pitch: FRAME_PITCH, bearing: 0, padding }, animate ? VOYAGE : 0);
  }

  /** Keeps the target in view after the size of the map changed. */
  resized(): void {
    this.aim(false);
  }

  private go(target: Stand & { pitch: number; bearing: number; padding?: PaddingOptions }, milliseconds: number): void {
    const to = { padding: NO_PADDING, ...target };
    if (milliseconds === 0 || reducedMotion()) {
      this.map.jumpTo(to);
      return;
    }
    // Between two cities there is no data to show, so the camera goes directly to the second one.
    const [here, there] = [this.map.project(this.map.getCenter()), this.map.project(to.center)];
    const screens = Math.hypot(here.x - there.x, here.y - there.y) / this.map.getContainer().clientWidth;
    if (screens > FAR) this.map.jumpTo({ ...to, zoom: Math.max(0, to.zoom - 2), pitch: 0 });
    this.map.flyTo({ ...to, duration: milliseconds, curve: 1.25, essential: true });
  }

  private view(pitch: number, width: number): View {
    const edge = 14 * this.scale;
    return {
      width,
      height: this.map.getContainer().clientHeight,
      // The padding leaves space for tall buildings at the far edge, and for controls and signs at the near edge.
      padding: { top: edge * 2 + this.roof() * this.scale, right: edge, bottom: edge * 4.4, left: edge },
      pitch,
      bearing: 0,
      maxZoom: MAX_ZOOM + Math.log2(this.scale),
    };
  }

  private stand(box: Bbox, pitch = PITCH, width = this.map.getContainer().clientWidth): Stand {
    const stand = standFor(box, this.view(pitch, width));
    // If the area is slightly too wide to show buildings, its edges are cut off instead.
    if (stand.zoom < HOUSES && stand.zoom > HOUSES - 1) stand.zoom = HOUSES;
    return stand;
  }
}
