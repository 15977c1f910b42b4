// Reads QR codes with the browser's own detector. Without one, the phone's scanner opens the same addresses.

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
