// Reads the codes of plates with the browser's own detector. Without one, the phone's scanner opens the same address.

export interface Detector {
  detect: (from: HTMLVideoElement) => Promise<{ rawValue: string }[]>;
}
type DetectorClass = new (options: { formats: string[] }) => Detector;

const detectorClass = (): DetectorClass | undefined =>
  (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;

/** Whether this browser can scan. */
export const canScan = detectorClass() !== undefined && typeof navigator !== 'undefined' && 'mediaDevices' in navigator;

export function makeDetector(): Detector | null {
  const Class = detectorClass();
  return Class ? new Class({ formats: ['qr_code'] }) : null;
}

/** Returns the building of a plate, from the address in its code; null if it is not the code of a plate. */
export function plateOf(code: string): string | null {
  try {
    const { pathname, searchParams } = new URL(code);
    return /\/(?:rider|report)\/?$/.test(pathname) ? searchParams.get('b') || null : null;
  } catch {
    return null;
  }
}
