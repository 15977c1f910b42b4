// The data of the wall screen: loaded once, then updated by the feed. Listeners are told which grids, warnings
// and tiles changed, so that only those are redrawn.
import type { Geometry } from 'geojson';
import { shallowReactive, shallowRef, triggerRef, type ShallowRef } from 'vue';
import * as api from '@/core/api/client';
import {
  isOf,
  type Bbox,
  type ChangeOf,
  type CommitEvent,
  type FeatureOf,
  type GridStatus,
  type Landing,
} from '@/core/api/types';
import { backoff } from '@/core/live/backoff';
import { bboxOf, boxOf, union } from '@/core/map/bounds';
import { isOpen, isRed, type Warning } from './derive';

export interface Grid {
  id: string;
  geometry: Geometry | null;
  name: string;
  kind: string;
  code: string;
  /** The id of the parent; for a grid, its community. */
  parent: string;
  status: GridStatus | null;
}

/**
 * Changed features of a collection; `before` and `after` are the numbers of features in the
 * collection.
 */
export interface Arrival {
  collection: string;
  bbox: Bbox | null;
  before: number;
  after: number;
  /** How many features the commit itself listed; 0 if it was a reset. */
  named: number;
  wasEmpty: boolean;
}

export interface WallListeners {
  /** Called when everything was loaded again. */
  onLoaded?: () => void;
  onGrids?: (ids: string[]) => void;
  onWarnings?: (ids: string[]) => void;
  /** Called when collections in the tiles have changed. */
  onTiles?: (collections: string[]) => void;
  /** Called for a warning that is red now and was not before. */
  onNewRed?: (warning: Warning) => void;
  /** Called for a warning that is no longer red or no longer open. */
  onRedGone?: (id: string) => void;
  onArrivals?: (arrivals: Arrival[]) => void;
}

/** The collections that the page loads itself. It sees all others only as tiles. */
const HELD = new Set(['grids', 'warnings', 'units']);

/** The shortest time between requests for the levels of the grids, in milliseconds. */
const SETTLE = 250;
/** The shortest time between counts of imported features, in milliseconds. */
const COUNT = 1000;

type Arriving = Map<string, { bbox: Bbox | null; named: number }>;

export class WallState {
  readonly landing: ShallowRef<Landing | null> = shallowRef(null);
  readonly grids: ShallowRef<Map<string, Grid>> = shallowRef(new Map());
  /** The open warnings. */
  readonly warnings: ShallowRef<Map<string, Warning>> = shallowRef(new Map());
  readonly units = shallowReactive(new Map<string, string>());
  readonly counts = shallowReactive(new Map<string, number>());
  /** The bounding boxes of the collections, for the first camera position. */
  private readonly extents = new Map<string, Bbox>();
  /** The number of running loads, and of finished ones. */
  private loading = 0;
  private loads = 0;
  private settling: ReturnType<typeof setTimeout> | undefined;
  private asking = false;
  private askAgain = false;
  private failures = 0;
  private frame = 0;
  private readonly changedWarnings = new Set<string>();
  private readonly changedGrids = new Set<string>();
  private arriving: { what: Arriving; reset: boolean; wasEmpty: boolean } | null = null;
  private counting: ReturnType<typeof setTimeout> | undefined;
  private ended = false;

  constructor(
    private readonly listeners: WallListeners = {},
    /** Loads everything again, now or when the server answers again. */
    private readonly reload: () => Promise<unknown> = () => this.load(),
  ) {}

  /** Loads everything. Resolves to the commit number after which the feed has to continue. */
  async load(signal?: AbortSignal): Promise<number> {
    this.loading += 1;
    try {
      return await this.loadNow(signal);
    } finally {
      this.loading -= 1;
    }
  }

  private async loadNow(signal?: AbortSignal): Promise<number> {
    // The landing page is read first. Commits after its number arrive again through the feed, where older
    // versions are ignored.
    const landing = await api.landing(signal);
    const [grids, statuses, warnings, units] = await Promise.all([
      api.allItems('grids', signal),
      api.gridStatuses(signal),
      api.openWarnings(signal),
      api.allItems('units', signal),
      this.loadCounts(signal),
    ]);
    const known = this.landing.value ? this.warnings.value : null;
    this.grids.value = new Map(grids.map((f) => [f.id, gridOf(f)]));
    this.setStatuses(statuses.grids);
    this.warnings.value = new Map(warnings.filter(isOpen).map((w) => [w.id, w]));
    this.units.clear();
    for (const unit of units) if (unit.properties.name) this.units.set(unit.id, unit.properties.name);
    this.landing.value = landing;
    this.changedGrids.clear();
    this.changedWarnings.clear();
    this.listeners.onLoaded?.();
    // Cases that turned red while nothing was received are new. On the first load no case is new.
    if (known) this.announceReds(known);
    this.loads += 1;
    return landing.seq;
  }

  /** Compares the present red cases with the previous ones and notifies the listeners. */
  private announceReds(before: ReadonlyMap<string, Warning>): void {
    for (const warning of this.warnings.value.values()) {
      if (isRed(warning) && !isRed(before.get(warning.id))) this.listeners.onNewRed?.(warning);
    }
    for (const warning of before.values()) {
      if (isRed(warning) && !isRed(this.warnings.value.get(warning.id))) this.listeners.onRedGone?.(warning.id);
    }
  }

  /** Stops all requests and notifications. */
  end(): void {
    this.ended = true;
    clearTimeout(this.settling);
    clearTimeout(this.counting);
    cancelFrame(this.frame);
  }

  get empty(): boolean {
    let n = 0;
    for (const count of this.counts.values()) n += count;
    return n === 0;
  }

  /**
   * The area that is shown by default: the grids, otherwise the buildings, otherwise everything. For selected
   * communities, only their grids.
   */
  homeExtent(communities: ReadonlySet<string> | null = null): Bbox | null {
    const grids = [...this.grids.value.values()];
    const cells = grids.filter((g) => g.kind === 'grid');
    if (communities) {
      const theirs = grids.filter((g) => communities.has(g.id) || communities.has(this.communityOf(g.id) ?? ''));
      const box = bboxOf(theirs.map((g) => g.geometry));
      if (box) return box;
    }
    return (
      bboxOf((cells.length > 0 ? cells : grids).map((g) => g.geometry)) ??
      this.extents.get('buildings') ??
      boxOf(this.landing.value?.extent.bbox) ??
      null
    );
  }

  /** The community that contains a grid, or the grid itself if it is a community. */
  communityOf(id: string | undefined): string | undefined {
    const grid = this.grids.value.get(id ?? '');
    if (!grid || grid.kind === 'street') return undefined;
    if (grid.kind === 'community') return grid.id;
    return grid.parent || undefined;
  }

  communities(): Grid[] {
    return [...this.grids.value.values()]
      .filter((g) => g.kind === 'community')
      .toSorted((a, b) => (a.code < b.code ? -1 : 1));
  }

  /** Applies a commit. */
  apply(commit: CommitEvent): void {
    const wasEmpty = this.empty;
    const touched = new Set<string>();
    const arrivals: Arriving = new Map();

    for (const { collection, bbox } of commit.reset ?? []) {
      touched.add(collection);
      arrivals.set(collection, { bbox: boxOf(bbox), named: 0 });
    }
    for (const change of commit.changes ?? []) {
      touched.add(change.collection);
      if (isOf(change, 'warnings')) {
        this.applyWarning(change, commit.seq);
        this.changedWarnings.add(change.id);
      } else {
        if (isOf(change, 'grids')) {
          this.applyGrid(change);
          this.changedGrids.add(change.id);
        } else if (isOf(change, 'units')) {
          this.applyUnit(change);
        }
        if (change.kind === 'put') {
          const arrival = arrivals.get(change.collection) ?? { bbox: null, named: 0 };
          arrival.bbox = union(arrival.bbox, bboxOf([change.feature?.geometry]));
          arrival.named += 1;
          arrivals.set(change.collection, arrival);
        }
      }
    }
    this.notifySoon();
    if (touched.has('warnings') || touched.has('grids')) this.settleStatuses();

    const tiled = [...touched].filter((c) => !HELD.has(c));
    if (tiled.length > 0) this.listeners.onTiles?.(tiled);

    if (arrivals.size > 0) {
      const reset = (commit.reset ?? []).some((r) => HELD.has(r.collection));
      this.arrive(arrivals, reset, wasEmpty);
    }
  }

  /** Notifies the page at most once per frame, however many changes arrive. */
  private notifySoon(): void {
    if (this.frame || this.ended || (this.changedWarnings.size === 0 && this.changedGrids.size === 0)) return;
    this.frame = nextFrame(() => {
      this.frame = 0;
      const [warnings, grids] = [[...this.changedWarnings], [...this.changedGrids]];
      this.changedWarnings.clear();
      this.changedGrids.clear();
      if (warnings.length > 0) {
        triggerRef(this.warnings);
        this.listeners.onWarnings?.(warnings);
      }
      if (grids.length > 0) {
        triggerRef(this.grids);
        this.listeners.onGrids?.(grids);
      }
    });
  }

  /**
   * Requests the levels of the grids `after` milliseconds after a change, because the server needs
   * time to compute them. Further changes do not postpone the request, and only one request runs at
   * a time.
   */
  private settleStatuses(after = SETTLE): void {
    if (this.asking) this.askAgain = true;
    if (this.asking || this.settling !== undefined || this.ended) return;
    this.settling = setTimeout(() => {
      this.settling = undefined;
      void this.askStatuses();
    }, after);
  }

  private async askStatuses(): Promise<void> {
    this.asking = true;
    this.askAgain = false;
    const begin = performance.now();
    let pause = SETTLE;
    try {
      const answer = await api.gridStatuses();
      // While everything is being loaded again, this answer is ignored, because that load requests a newer one.
      if (this.loading === 0) for (const id of this.setStatuses(answer.grids)) this.changedGrids.add(id);
      this.failures = 0;
      // The answer for a large map is expensive, so requests take at most a fifth of the time.
      pause = Math.max(SETTLE, 4 * (performance.now() - begin));
    } catch {
      this.askAgain = true; // the badge shows that the data is old; the request is repeated until it succeeds
      pause = backoff(this.failures, { first: 1000, longest: 15_000 });
      this.failures += 1;
    }
    this.asking = false;
    this.notifySoon();
    if (this.askAgain) this.settleStatuses(pause);
  }

  /** Returns the ids whose status has changed. */
  private setStatuses(statuses: GridStatus[]): string[] {
    const changed: string[] = [];
    for (const status of statuses) {
      const grid = this.grids.value.get(status.id);
      if (!grid || sameStatus(grid.status, status)) continue;
      grid.status = status;
      changed.push(status.id);
    }
    return changed;
  }

  private applyWarning(change: ChangeOf<'warnings'>, seq: number): void {
    const { value: warnings } = this.warnings;
    const known = warnings.get(change.id);
    if (known && known.seq > seq) return; // loaded after this commit was made
    const warning = change.kind === 'put' ? (change.feature ?? null) : null;
    const wasRed = isRed(known);
    if (!warning || !isOpen(warning)) {
      warnings.delete(change.id);
      if (wasRed) this.listeners.onRedGone?.(change.id);
      return;
    }
    warnings.set(change.id, warning);
    const red = isRed(warning);
    if (red && !wasRed) this.listeners.onNewRed?.(warning);
    if (!red && wasRed) this.listeners.onRedGone?.(change.id);
  }

  private applyGrid(change: ChangeOf<'grids'>): void {
    const feature = change.kind === 'put' ? (change.feature ?? null) : null;
    if (!feature) {
      this.grids.value.delete(change.id);
      return;
    }
    this.grids.value.set(change.id, { ...gridOf(feature), status: this.grids.value.get(change.id)?.status ?? null });
  }

  private applyUnit(change: ChangeOf<'units'>): void {
    const name = change.kind === 'put' ? change.feature?.properties.name : undefined;
    if (name) this.units.set(change.id, name);
    else this.units.delete(change.id);
  }

  private async loadCounts(signal?: AbortSignal): Promise<void> {
    for (const collection of await api.collections(signal)) {
      this.counts.set(collection.id, collection.itemCount ?? 0);
      const box = boxOf(collection.extent?.spatial?.bbox[0]);
      if (box) this.extents.set(collection.id, box);
      else this.extents.delete(collection.id);
    }
  }

  private async loadAgain(): Promise<void> {
    const before = this.loads;
    await this.reload();
    if (this.loads === before) throw new Error('the data could not be loaded again');
  }

  /**
   * Loads everything again after a reset, counts imported features and calls `onArrivals`. Imports
   * that arrive meanwhile are counted together the next time.
   */
  private arrive(what: Arriving, reset: boolean, wasEmpty: boolean): void {
    if (this.arriving) {
      const { what: all } = this.arriving;
      for (const [collection, { bbox, named }] of what) {
        const known = all.get(collection);
        // If one of the commits was a reset, the number is unknown.
        all.set(
          collection,
          known
            ? { bbox: union(known.bbox, bbox), named: named === 0 || known.named === 0 ? 0 : known.named + named }
            : { bbox, named },
        );
      }
      this.arriving.reset ||= reset;
    } else {
      this.arriving = { what, reset, wasEmpty };
    }
    if (this.counting === undefined && !this.ended) this.counting = setTimeout(() => void this.count(), 0);
  }

  private async count(): Promise<void> {
    const now = this.arriving;
    this.arriving = null;
    if (!now) return;
    const before = new Map(this.counts);
    try {
      if (now.reset) await this.loadAgain();
      else await this.loadCounts();
      this.listeners.onArrivals?.(
        [...now.what].map(([collection, { bbox, named }]) => ({
          collection,
          bbox: bbox ?? this.extents.get(collection) ?? null,
          before: before.get(collection) ?? 0,
          after: this.counts.get(collection) ?? 0,
          named,
          wasEmpty: now.wasEmpty,
        })),
      );
    } catch {
      // A reset must be loaded in any case. Counts can wait for the next import.
      if (now.reset) this.arrive(now.what, true, now.wasEmpty);
    } finally {
      this.counting = this.ended
        ? undefined
        : setTimeout(() => {
            this.counting = undefined;
            if (this.arriving) void this.count();
          }, COUNT);
    }
  }
}

/** Runs at the next frame, or soon if nothing is drawn (a hidden tab, a test). */
function nextFrame(run: () => void): number {
  if (typeof requestAnimationFrame === 'function' && !document.hidden) return requestAnimationFrame(run);
  return setTimeout(run, 16) as unknown as number;
}

function cancelFrame(frame: number): void {
  if (typeof cancelAnimationFrame === 'function') cancelAnimationFrame(frame);
  clearTimeout(frame);
}

function sameStatus(a: GridStatus | null, b: GridStatus): boolean {
  return (
    a !== null &&
    a.level === b.level &&
    a.since === b.since &&
    a.open.red === b.open.red &&
    a.open.yellow === b.open.yellow &&
    a.open.green === b.open.green &&
    a.reason?.zh === b.reason?.zh &&
    a.reason?.en === b.reason?.en
  );
}

function gridOf(feature: FeatureOf<'grids'>): Grid {
  return {
    id: feature.id,
    geometry: feature.geometry,
    name: feature.properties.name ?? feature.properties.code ?? feature.id,
    kind: feature.properties.kind ?? 'grid',
    code: feature.properties.code ?? feature.id,
    parent: feature.properties.parent ?? '',
    status: null,
  };
}
