// The map's data on the phone: a manifest, and four parts that are stored under their hashes. Only
// parts that changed are loaded. The manifest is stored last, so that all parts of a stored
// manifest are stored too.
import type { Manifest, PartName, Parts } from '@/core/engine/engine';
import type { PhoneStorage } from './phoneStorage';

/** The most bytes of all parts together that are stored on the phone. */
export const MOST_BYTES = 64 * 1024 * 1024;

export interface Kept {
  manifest: Manifest;
  /** When the server last confirmed that the data is current; RFC 3339. */
  checked_at: string;
}

interface KeptManifest extends Kept {
  id: 'manifest';
}
interface KeptPart {
  id: string;
  bytes: Uint8Array;
}

/** Where the data is loaded from. */
export interface Source {
  manifest: () => Promise<Manifest>;
  /** Rejects with a `PartGone` if the server no longer has the part. */
  part: (hash: string) => Promise<Uint8Array>;
}

/** The server no longer has this part, because the map has changed and there is a newer manifest. */
export class PartGone extends Error {
  override name = 'PartGone';
}
/** The map is too large to be kept on a phone. */
export class TooLarge extends Error {
  override name = 'TooLarge';
}

const entriesOf = ({ parts }: Manifest): [PartName, { hash: string; bytes: number }][] =>
  Object.entries(parts) as [PartName, { hash: string; bytes: number }][];

/** The SHA-256 of bytes in hexadecimal. Browsers compute it for pages over HTTPS only. */
async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The stored manifest; null if there is none or if one of its parts is missing. */
export async function kept(storage: PhoneStorage): Promise<Kept | null> {
  const found = await storage.get<KeptManifest>('network', 'manifest');
  if (!found) return null;
  const parts = new Set((await storage.ids('network')).filter((id) => id !== 'manifest'));
  return entriesOf(found.manifest).every(([, { hash }]) => parts.has(hash))
    ? { manifest: found.manifest, checked_at: found.checked_at }
    : null;
}

/** The stored parts of a manifest, or null if one is missing. */
export async function partsOf(storage: PhoneStorage, manifest: Manifest): Promise<Parts | null> {
  const parts: Partial<Parts> = {};
  for (const [name, { hash }] of entriesOf(manifest)) {
    const part = await storage.get<KeptPart>('network', hash);
    if (!part) return null;
    parts[name] = part.bytes;
  }
  return parts as Parts;
}

/**
 * Deletes the manifest, which the engine could not read, and its damaged parts. Undamaged parts stay: if the format of
 * the data is the cause, loading them again would not help.
 */
export async function discard(storage: PhoneStorage, manifest: Manifest): Promise<void> {
  await storage.delete('network', 'manifest');
  for (const [, { hash }] of entriesOf(manifest)) {
    const part = await storage.get<KeptPart>('network', hash);
    if (part && (await sha256(part.bytes)) !== hash) await storage.delete('network', hash);
  }
}

/**
 * Loads the manifest and the parts that are not stored yet, and removes the parts that are no longer used.
 *
 * @returns what is stored now, and how many bytes were loaded.
 */
export async function refresh(
  storage: PhoneStorage,
  source: Source,
  now: () => Date = () => new Date(),
): Promise<Kept & { loaded: number }> {
  for (let tries = 1; ; tries += 1) {
    const manifest = await source.manifest();
    const checked_at = now().toISOString();
    const parts = entriesOf(manifest);
    if (parts.reduce((sum, [, { bytes }]) => sum + bytes, 0) > MOST_BYTES)
      throw new TooLarge(`The map data exceeds ${MOST_BYTES} bytes`);
    try {
      const loaded = await loadMissing(storage, source, parts);
      const record: KeptManifest = { id: 'manifest', manifest, checked_at };
      await storage.put('network', record);
      const used = new Set(['manifest', ...parts.map(([, { hash }]) => hash)]);
      for (const id of await storage.ids('network')) if (!used.has(id)) await storage.delete('network', id);
      return { manifest, checked_at, loaded };
    } catch (error) {
      // The map changed after the manifest was requested.
      if (!(error instanceof PartGone) || tries === 2) throw error;
    }
  }
}

async function loadMissing(
  storage: PhoneStorage,
  source: Source,
  parts: [PartName, { hash: string; bytes: number }][],
): Promise<number> {
  let loaded = 0;
  const present = new Set(await storage.ids('network'));
  for (const [name, { hash, bytes: length }] of parts) {
    if (present.has(hash)) continue;
    const bytes = await source.part(hash);
    const found = await sha256(bytes);
    if (bytes.length !== length || found !== hash)
      throw new Error(`Map data ${name}: ${bytes.length} bytes with hash ${found}, expected ${length} with ${hash}`);
    const record: KeptPart = { id: hash, bytes };
    await storage.put('network', record);
    loaded += bytes.length;
  }
  return loaded;
}
