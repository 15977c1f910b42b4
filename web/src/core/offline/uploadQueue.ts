// The upload queue: steps made on this phone that the server has not accepted yet. A step is stored before anything
// else happens, has an idempotency key so that sending it twice has one effect, and is sent in the order in which
// it was made. A refused step holds back the later steps of the same case, and stays until its author decides.
import type { Action, ActionBody, PhotoKind, ReportBody, UploadedPhoto } from '@/core/ledger/types';
import type { PhoneStorage } from './phoneStorage';

export type EntryState = 'waiting' | 'refused' | 'sent';

/** A photo of a step; `remote` is its id on the server after the upload. */
export interface EntryPhoto {
  /** The id in the storage `photos`. */
  local: string;
  kind: PhotoKind;
  remote?: string;
  /** The claim that links the photo to its case, from the answer to the upload. */
  claim?: string;
  /** When the photo was uploaded, RFC 3339. */
  remote_at?: string;
}

/**
 * The fields of a step or a report. `website` is a hidden field of the report form that catches spam; the OpenAPI
 * document does not list it.
 */
export type EntryBody = Partial<ReportBody & Omit<ActionBody, 'action'>> & { website?: string };

/** Why the server refused a step. */
export interface Refusal {
  status: number;
  detail: string;
  /** The actions that this person may take on the case now. */
  allowed: string[];
}

export interface Entry<R = unknown> {
  /** The id. Sorting by it gives the order in which the steps were made. */
  id: string;
  /** The idempotency key, the same for each attempt. */
  key: string;
  /** The account that made the step; null for a resident. */
  account: string | null;
  /** The id of the case; null for a new report. */
  case: string | null;
  /** The action: `start`, `handle`, … or `report`. */
  action: Action | 'report';
  /** The fields to send, without photos and key. */
  body: EntryBody;
  photos: EntryPhoto[];
  /** The content of the form, without photos, for opening it again if the body does not say everything. */
  draft?: object;
  /** When the step was made, RFC 3339. */
  made_at: string;
  /**
   * When the step was first sent. Each attempt is built with this time, because the server refuses
   * other content with the same key.
   */
  tried_at?: string;
  state: EntryState;
  refusal?: Refusal;
  sent_at?: string;
  /** The answer of the server. */
  result?: R;
}

export type NewEntry = Pick<Entry, 'account' | 'case' | 'action' | 'body' | 'photos' | 'draft'>;

/**
 * The result of an attempt. `later`: no network or, with `busy`, the server asks to wait; `sign_in`: nobody is
 * signed in.
 */
export type Attempt<R = unknown> =
  | { outcome: 'taken'; result: R }
  | { outcome: 'refused'; refusal: Refusal }
  | { outcome: 'later'; busy?: boolean; after_ms?: number }
  | { outcome: 'sign_in' };

/** Sends photos, steps and reports to the server. */
export interface Uploader<R = unknown> {
  photo: (photo: Blob) => Promise<Attempt<UploadedPhoto>>;
  step: (entry: Entry<R>) => Promise<Attempt<R>>;
}

/** Why sending has stopped, if it has. */
export type Holdup = 'none' | 'network' | 'busy' | 'sign_in' | 'other_account';

export interface StoredPhoto {
  id: string;
  blob: Blob;
}

/**
 * A photo that was uploaded longer ago is uploaded again, because the server may have deleted it.
 * In milliseconds.
 */
const UPLOAD_HOLDS = 12 * 3_600_000;
/** How long sent steps stay in the list, in milliseconds. */
const REMEMBERED = 24 * 3_600_000;

export class UploadQueue<R = unknown> {
  private running: Promise<Holdup> | null = null;
  private counter = 0;
  /** How long the server asked to wait, in milliseconds. */
  pause_ms = 0;

  constructor(
    private readonly storage: PhoneStorage,
    private readonly uploader: Uploader<R>,
    /** Called after each change with all entries of the queue. */
    private readonly changed: (entries: Entry<R>[]) => void = () => {},
    private readonly now: () => Date = () => new Date(),
    /** The storage of the steps: `outbox` for workers, `reports` for residents. */
    private readonly store: 'outbox' | 'reports' = 'outbox',
  ) {}

  entries(): Promise<Entry<R>[]> {
    return this.storage.all<Entry<R>>(this.store);
  }

  /** Adds a step. When this resolves, it is stored and survives a reload. */
  async add(step: NewEntry): Promise<Entry<R>> {
    const at = this.now();
    this.counter += 1;
    const order = `${String(at.getTime()).padStart(15, '0')}-${String(this.counter).padStart(6, '0')}`;
    const key = crypto.randomUUID();
    const entry: Entry<R> = {
      ...step,
      id: `${order}-${key.slice(0, 8)}`,
      key,
      made_at: at.toISOString(),
      state: 'waiting',
    };
    await this.save(entry);
    return entry;
  }

  /** Sends the steps of `account`. Returns what holds up the rest. Only one run at a time. */
  run(account: string | null): Promise<Holdup> {
    this.running ??= this.sendAll(account).finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** Marks a refused step, unchanged, to be sent again by the next run. */
  async retry(id: string): Promise<void> {
    const entry = await this.storage.get<Entry<R>>(this.store, id);
    if (entry?.state !== 'refused') return;
    const { refusal: _, ...rest } = entry;
    await this.save({ ...rest, state: 'waiting' });
  }

  /** Deletes a step and its photos, unless the photos are needed for a form. */
  async drop(id: string, { keepPhotos = false } = {}): Promise<void> {
    const entry = await this.storage.get<Entry<R>>(this.store, id);
    if (!entry) return;
    await this.storage.delete(this.store, id);
    if (!keepPhotos) await this.dropPhotos(entry);
    await this.notify();
  }

  private async sendAll(account: string | null): Promise<Holdup> {
    this.pause_ms = 0;
    let foreign = false;
    // The list is read again after each step, because another step may have been added.
    const seen = new Set<string>();
    for (;;) {
      const entries = await this.entries();
      const next = entries.find(
        (entry) => entry.state === 'waiting' && !seen.has(entry.id) && !blockedBy(entry, entries),
      );
      if (!next) break;
      seen.add(next.id);
      if (next.account !== account) {
        foreign = true;
        continue;
      }
      const holdup = await this.send(next);
      if (holdup !== 'none') return holdup;
    }
    await this.forgetOld();
    return foreign ? 'other_account' : 'none';
  }

  private async send(entry: Entry<R>): Promise<Holdup> {
    for (const photo of entry.photos) {
      // The server deletes a photo after a day if no step names it.
      if (photo.remote && photo.claim && this.now().getTime() - Date.parse(photo.remote_at ?? '') < UPLOAD_HOLDS)
        continue;
      const stored = await this.storage.get<StoredPhoto>('photos', photo.local);
      if (!stored) continue; // nothing to send: the browser deleted it
      const attempt = await this.uploader.photo(stored.blob);
      if (attempt.outcome !== 'taken') return this.settle(entry, attempt);
      photo.remote = attempt.result.id;
      photo.claim = attempt.result.claim;
      photo.remote_at = this.now().toISOString();
      await this.save(entry);
    }
    if (!entry.tried_at) {
      entry.tried_at = this.now().toISOString();
      await this.save(entry);
    }
    const attempt = await this.uploader.step(entry);
    if (attempt.outcome !== 'taken') return this.settle(entry, attempt);
    await this.save({ ...entry, state: 'sent', sent_at: this.now().toISOString(), result: attempt.result });
    await this.dropPhotos(entry);
    return 'none';
  }

  private async settle(entry: Entry<R>, attempt: Exclude<Attempt<R>, { outcome: 'taken' }>): Promise<Holdup> {
    switch (attempt.outcome) {
      case 'refused':
        await this.save({ ...entry, state: 'refused', refusal: attempt.refusal });
        return 'none';
      case 'sign_in':
        return 'sign_in';
      case 'later':
        this.pause_ms = attempt.after_ms ?? 0;
        return attempt.busy ? 'busy' : 'network';
    }
  }

  private async forgetOld(): Promise<void> {
    const before = this.now().getTime() - REMEMBERED;
    for (const entry of await this.entries()) {
      if (entry.state === 'sent' && Date.parse(entry.sent_at ?? entry.made_at) < before)
        await this.storage.delete(this.store, entry.id);
    }
    await this.notify();
  }

  private async dropPhotos(entry: Entry<R>): Promise<void> {
    for (const photo of entry.photos) await this.storage.delete('photos', photo.local);
  }

  private async save(entry: Entry<R>): Promise<void> {
    await this.storage.put(this.store, entry);
    await this.notify();
  }

  private async notify(): Promise<void> {
    this.changed(await this.entries());
  }
}

/** The earlier refused step of the same case that needs a decision first, if there is one. */
export function blockedBy<R>(entry: Entry<R>, entries: readonly Entry<R>[]): Entry<R> | undefined {
  if (entry.case === null) return undefined;
  return entries.find((other) => other.case === entry.case && other.id < entry.id && other.state === 'refused');
}
