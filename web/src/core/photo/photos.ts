// Photos taken on this phone. They are stored at once, because phones close a page to make room for the camera.
import type { EntryPhoto, StoredPhoto } from '@/core/offline/uploadQueue';
import { phoneStorage } from '@/core/offline/phoneStorage';
import { shrink } from './shrink';

/** Stores a picture on the phone and returns the entry for a step. */
export async function keepPhoto(file: Blob, kind: EntryPhoto['kind']): Promise<EntryPhoto> {
  const stored: StoredPhoto = { id: crypto.randomUUID(), blob: await shrink(file) };
  await (await phoneStorage()).put('photos', stored);
  return { local: stored.id, kind };
}

export async function dropPhoto(photo: EntryPhoto): Promise<void> {
  await (await phoneStorage()).delete('photos', photo.local);
}

/**
 * A URL with which the page can show the photo, to release with `URL.revokeObjectURL`; null if it
 * is not stored.
 */
export async function photoAddress(photo: EntryPhoto): Promise<string | null> {
  const stored = await (await phoneStorage()).get<StoredPhoto>('photos', photo.local);
  return stored ? URL.createObjectURL(stored.blob) : null;
}
