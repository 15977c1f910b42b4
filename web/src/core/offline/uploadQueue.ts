// The upload queue: what was done on this phone and the server has not accepted yet. A step is written to the shelf
// before anything else happens, carries a key of its own so that sending it twice does it once, and leaves
// in the order in which it was made. A step that is refused holds back the later ones of its own case and
// no others; it stays until its author decides.
import type { Action, ActionBody, PhotoKind, ReportBody, UploadedPhoto } from '@/core/ledger/types';
import type { Shelf } from './shelf';

export type EntryState = 'waiting' | 'refused' | 'sent';

/** A photo that belongs to a step; `remote` once the server has it. */
export interface EntryPhoto {
  /** Id in the drawer `photos`. */
  local: string;
  kind: PhotoKind;
  remote?: string;
  /** The secret that links it to its case, from the answer to its upload. */
  claim?: string;
  /** When it was sent; RFC 3339. */
  remote_at?: string;
}

/** The fields of a step or a report. `website` is the field of the report's form that no person sees; the document does
 * not name it either. */
export type EntryBody = Partial<ReportBody & Omit<ActionBody, 'action'>> & { website?: string };

/** Why the server did not take a step. */
export interface Refusal {
  status: number;
  detail: string;
  /** What this person may do with the case now. */
  allowed: string[];
}

export interface Entry<R = unknown> {
  /** Sorts in the order in which the steps were made. */
  id: string;
  /** The idempotency key, and the same at each attempt. */
  key: string;
  /** Whose step it is; null for a resident's. */
  account: string | null;
  /** The case it is a step of; null for a new report. */
  case: string | null;
  /** What it is, for people: `start`, `handle`, … or `report`. */
  action: Action | 'report';
  /** What is sent, without photos and key. */
  body: EntryBody;
  photos: EntryPhoto[];
  /** RFC 3339. */
  made_at: string;
  /** When it was first sent. It is sent again word by word: the server refuses another content under its key. */
  tried_at?: string;
  state: EntryState;
  refusal?: Refusal;
  sent_at?: string;
  /** What the server answered. */
  result?: R;
}

export type NewEntry = Pick<Entry, 'account' | 'case' | 'action' | 'body' | 'photos'>;

/** What came of one attempt. `later`: no network or, with `busy`, a server that asks for patience; `sign_in`:
 * nobody is signed in. */
export type Attempt<R = unknown> =
  | { outcome: 'taken'; result: R }
  | { outcome: 'refused'; refusal: Refusal }
  | { outcome: 'later'; busy?: boolean; after_ms?: number }
  | { outcome: 'sign_in' };

/** Carries things to the server. */
export interface Uploader<R = unknown> {
  photo: (photo: Blob) => Promise<Attempt<UploadedPhoto>>;
  step: (entry: Entry<R>) => Promise<Attempt<R>>;
}

/** What holds the sending up, if anything. */
export type Holdup = 'none' | 'network' | 'busy' | 'sign_in' | 'other_account';

export interface StoredPhoto {
  id: string;
  blob: Blob;
}

/** For so long a photo that was sent ahead of its step is there for sure; milliseconds. */
const UPLOAD_HOLDS = 12 * 3_600_000;
/** Sent steps stay in sight for so long; milliseconds. */
const REMEMBERED = 24 * 3_600_000;

export class UploadQueue<R = unknown> {
  private running: Promise<Holdup> | null = null;
  private counter = 0;
  /** How long the server asked us to wait; milliseconds. */
  pause_ms = 0;

  constructor(
    private readonly shelf: Shelf,
    private readonly uploader: Uploader<R>,
    /** Called after each change, with everything in the outbox. */
    private readonly changed: (entries: Entry<R>[]) => void = () => {},
    private readonly now: () => Date = () => new Date(),
    /** Where its steps lie: workers' and residents' never mix. */
    private readonly drawer: 'outbox' | 'reports' = 'outbox',
  ) {}

  entries(): Promise<Entry<R>[]> {
    return this.shelf.all<Entry<R>>(this.drawer);
  }

  /** Takes a step down. When this resolves it is on the shelf and no reload loses it. */
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

  /** Sends what can be sent as `account`; says what holds up the rest. One run at a time. */
  run(account: string | null): Promise<Holdup> {
    this.running ??= this.sendAll(account).finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** Tries a refused step again, as it is. */
  async retry(id: string): Promise<void> {
    const entry = await this.shelf.get<Entry<R>>(this.drawer, id);
    if (entry?.state !== 'refused') return;
    const { refusal: _, ...rest } = entry;
    await this.save({ ...rest, state: 'waiting' });
  }

  /** Gives a step up. It is gone, with its photos unless they go back into a form. */
  async drop(id: string, { keepPhotos = false } = {}): Promise<void> {
    const entry = await this.shelf.get<Entry<R>>(this.drawer, id);
    if (!entry) return;
    await this.shelf.delete(this.drawer, id);
    if (!keepPhotos) await this.dropPhotos(entry);
    await this.tell();
  }

  private async sendAll(account: string | null): Promise<Holdup> {
    this.pause_ms = 0;
    let foreign = false;
    // The list is read anew after each step: another may have been added meanwhile.
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
      // The server forgets a photo that nothing names within a day.
      if (photo.remote && photo.claim && this.now().getTime() - Date.parse(photo.remote_at ?? '') < UPLOAD_HOLDS)
        continue;
      const stored = await this.shelf.get<StoredPhoto>('photos', photo.local);
      if (!stored) continue; // nothing to send: the browser cleared it away
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
        await this.shelf.delete(this.drawer, entry.id);
    }
    await this.tell();
  }

  private async dropPhotos(entry: Entry<R>): Promise<void> {
    for (const photo of entry.photos) await this.shelf.delete('photos', photo.local);
  }

  private async save(entry: Entry<R>): Promise<void> {
    await this.shelf.put(this.drawer, entry);
    await this.tell();
  }

  private async tell(): Promise<void> {
    this.changed(await this.entries());
  }
}

/** The earlier step of the same case that must be decided first, if there is one. */
export function blockedBy<R>(entry: Entry<R>, entries: readonly Entry<R>[]): Entry<R> | undefined {
  if (entry.case === null) return undefined;
  return entries.find((other) => other.case === entry.case && other.id < entry.id && other.state === 'refused');
}
