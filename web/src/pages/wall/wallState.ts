// What the wall knows: loaded once, then kept true by the feed. It tells its listeners what changed in the
// terms of the map (these grids, these warnings, these tiles), so that nothing is drawn anew in vain.
import type { Geometry } from 'geojson';
import { shallowReactive, shallowRef, triggerRef, type ShallowRef } from 'vue';
import * as api from '@/core/api/client';
import type {
  Bbox,
  Change,
  CommitEvent,
  Feature,
  GridProperties,
  GridStatus,
  Landing,
  WarningProperties,
} from '@/core/api/types';
import { bboxOf, union } from '@/core/map/bounds';
import { isOpen, levelOf, type Warning } from './derive';

export interface Grid {
  id: string;
  geometry: Geometry | null;
  name: string;
  kind: string;
  status: GridStatus | null;
}

/** Something large or far came in; `before` and `after` are counts of the collection's features. */
export interface Arrival {
  collection: string;
  bbox: Bbox | null;
  before: number;
  after: number;
  /** How many features the commit itself named; 0 where it only said "reset". */
  named: number;
  wasEmpty: boolean;
}

export interface WallListeners {
  /** Everything was loaded anew. */
  onLoaded?: () => void;
  onGrids?: (ids: string[]) => void;
  onWarnings?: (ids: string[]) => void;
  /** Collections that are drawn from tiles have changed. */
  onTiles?: (collections: string[]) => void;
  onNewRed?: (warning: Warning) => void;
  onArrivals?: (arrivals: Arrival[]) => void;
}

/** The collections that the wall holds itself; all others it sees only as tiles. */
const HELD = new Set(['grids', 'warnings', 'units']);

/** Several changes in quick succession ask for the status once; milliseconds. */
const SETTLE = 250;

export class WallState {
  readonly landing: ShallowRef<Landing | null> = shallowRef(null);
  readonly grids: ShallowRef<Map<string, Grid>> = shallowRef(new Map());
  /** Open ones only. */
  readonly warnings: ShallowRef<Map<string, Warning>> = shallowRef(new Map());
  readonly units = shallowReactive(new Map<string, string>());
  readonly counts = shallowReactive(new Map<string, number>());
  /** Bounding boxes of the collections, for the first camera. */
  private readonly extents = new Map<string, Bbox>();
  private settling: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly listeners: WallListeners = {}) {}

  /** Loads all of it; answers the commit from which the feed must go on. */
  async load(signal?: AbortSignal): Promise<number> {
    // The landing page comes first: whatever is committed after its seq will come through the feed again,
    // and older versions than the ones held are ignored.
    const landing = await api.landing(signal);
    const [grids, statuses, warnings, units] = await Promise.all([
      api.allItems<GridProperties>('grids', signal),
      api.gridStatuses(signal),
      api.allItems<WarningProperties>('warnings', signal),
      api.allItems<{ name?: string }>('units', signal),
      this.loadCounts(signal),
    ]);
    this.grids.value = new Map(grids.map((f) => [f.id, gridOf(f)]));
    this.setStatuses(statuses.grids);
    this.warnings.value = new Map(warnings.filter(isOpen).map((w) => [w.id, w]));
    this.units.clear();
    for (const unit of units) if (unit.properties.name) this.units.set(unit.id, unit.properties.name);
    this.landing.value = landing;
    this.listeners.onLoaded?.();
    return landing.seq;
  }

  get empty(): boolean {
    let n = 0;
    for (const count of this.counts.values()) n += count;
    return n === 0;
  }

  /** What the wall looks at when nothing happens: the grids, else the buildings, else all there is. */
  homeExtent(): Bbox | null {
    const grids = [...this.grids.value.values()];
    const cells = grids.filter((g) => g.kind === 'grid');
    return (
      bboxOf((cells.length > 0 ? cells : grids).map((g) => g.geometry)) ??
      this.extents.get('buildings') ??
      this.landing.value?.extent?.bbox ??
      null
    );
  }

  /** Folds one commit in. */
  apply(commit: CommitEvent): void {
    const wasEmpty = this.empty;
    const touched = new Set<string>();
    const arrivals = new Map<string, { bbox: Bbox | null; named: number }>();

    for (const { collection, bbox } of commit.reset ?? []) {
      touched.add(collection);
      arrivals.set(collection, { bbox, named: 0 });
    }
    const warnings: string[] = [];
    const grids: string[] = [];
    for (const change of commit.changes ?? []) {
      touched.add(change.collection);
      if (change.collection === 'warnings') {
        this.applyWarning(change, commit.seq);
        warnings.push(change.id);
      } else {
        if (change.collection === 'grids') {
          this.applyGrid(change);
          grids.push(change.id);
        } else if (change.collection === 'units') {
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
    if (warnings.length > 0) {
      triggerRef(this.warnings);
      this.listeners.onWarnings?.(warnings);
    }
    if (grids.length > 0) {
      triggerRef(this.grids);
      this.listeners.onGrids?.(grids);
    }
    if (touched.has('warnings') || touched.has('grids')) this.settleStatuses();

    const tiled = [...touched].filter((c) => !HELD.has(c));
    if (tiled.length > 0) this.listeners.onTiles?.(tiled);

    const reset = (commit.reset ?? []).map((r) => r.collection).filter((c) => HELD.has(c));
    void this.afterArrivals(arrivals, reset, wasEmpty);
  }

  /** The levels of the grids are the server's to say; asks for them once things have settled. */
  private settleStatuses(): void {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      void api.gridStatuses().then(
        (answer) => {
          const changed = this.setStatuses(answer.grids);
          if (changed.length > 0) this.listeners.onGrids?.(changed);
        },
        () => this.settleStatuses(), // the badge says that we are stale; ask again until it works
      );
    }, SETTLE);
  }

  /** Answers the ids whose status is not what it was. */
  private setStatuses(statuses: GridStatus[]): string[] {
    const changed: string[] = [];
    for (const status of statuses) {
      const grid = this.grids.value.get(status.id);
      if (!grid || JSON.stringify(grid.status) === JSON.stringify(status)) continue;
      grid.status = status;
      changed.push(status.id);
    }
    if (changed.length > 0) triggerRef(this.grids);
    return changed;
  }

  private applyWarning(change: Change, seq: number): void {
    const { value: warnings } = this.warnings;
    const known = warnings.get(change.id);
    if (known && known.seq > seq) return; // loaded after this commit was made
    const warning = change.kind === 'put' ? ((change.feature ?? null) as Warning | null) : null;
    if (!warning || !isOpen(warning)) {
      warnings.delete(change.id);
      return;
    }
    warnings.set(change.id, warning);
    if (levelOf(warning) === 'red' && (!known || levelOf(known) !== 'red')) this.listeners.onNewRed?.(warning);
  }

  private applyGrid(change: Change): void {
    const feature = change.kind === 'put' ? ((change.feature ?? null) as Feature<GridProperties> | null) : null;
    if (!feature) {
      this.grids.value.delete(change.id);
      return;
    }
    this.grids.value.set(change.id, { ...gridOf(feature), status: this.grids.value.get(change.id)?.status ?? null });
  }

  private applyUnit(change: Change): void {
    const name = change.kind === 'put' ? change.feature?.properties['name'] : undefined;
    if (typeof name === 'string') this.units.set(change.id, name);
    else this.units.delete(change.id);
  }

  private async loadCounts(signal?: AbortSignal): Promise<void> {
    for (const collection of await api.collections(signal)) {
      this.counts.set(collection.id, collection.itemCount ?? 0);
      const box = collection.extent?.spatial?.bbox?.[0];
      if (box?.length === 4) this.extents.set(collection.id, box as Bbox);
      else this.extents.delete(collection.id);
    }
  }

  /** Loads what a reset only named, counts what came in and tells the camera. */
  private async afterArrivals(
    arrivals: Map<string, { bbox: Bbox | null; named: number }>,
    reset: string[],
    wasEmpty: boolean,
  ): Promise<void> {
    if (arrivals.size === 0) return;
    const before = new Map(this.counts);
    try {
      if (reset.length > 0) await this.load();
      else await this.loadCounts();
    } catch {
      return; // the feed will be stale too, and its recovery loads everything
    }
    this.listeners.onArrivals?.(
      [...arrivals].map(([collection, { bbox, named }]) => ({
        collection,
        bbox: bbox ?? this.extents.get(collection) ?? null,
        before: before.get(collection) ?? 0,
        after: this.counts.get(collection) ?? 0,
        named,
        wasEmpty,
      })),
    );
  }
}

function gridOf(feature: Feature<GridProperties>): Grid {
  return {
    id: feature.id,
    geometry: feature.geometry,
    name: feature.properties.name ?? feature.properties.code ?? feature.id,
    kind: feature.properties.kind ?? 'grid',
    status: null,
  };
}
