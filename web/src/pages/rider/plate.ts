// The address in the QR code of a building's plate.

/** Returns the building of a plate, from the address in its code; null if it is not the code of a plate. */
export function plateOf(code: string): string | null {
  try {
    const { pathname, searchParams } = new URL(code);
    return /\/(?:rider|report)\/?$/.test(pathname) ? searchParams.get('b') || null : null;
  } catch {
    return null;
  }
}
