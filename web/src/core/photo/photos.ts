// Photos taken on this phone, from the camera to the shelf: kept before anything else is done with them,
// because phones close a page to make room for their camera.
import type { EntryPhoto, StoredPhoto } from '@/core/offline/uploadQueue';
import { shelf } from '@/core/offline/shelf';
import { shrink } from './shrink';

/** Keeps a picture on the phone and answers what to put into a step. */
export async function keepPhoto(file: Blob, kind: EntryPhoto['kind']): Promise<EntryPhoto> {
  const stored: StoredPhoto = { id: crypto.randomUUID(), blob: await shrink(file) };
  await (await shelf()).put('photos', stored);
  return { local: stored.id, kind };
}

export async function dropPhoto(photo: EntryPhoto): Promise<void> {
  await (await shelf()).delete('photos', photo.local);
}

/** An address under which the page can show it; give it back with `URL.revokeObjectURL`. */
export async function photoAddress(photo: EntryPhoto): Promise<string | null> {
  const stored = await (await shelf()).get<StoredPhoto>('photos', photo.local);
  return stored ? URL.createObjectURL(stored.blob) : null;
}
