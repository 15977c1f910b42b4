// Requests a board and reads from it which gates it has and which address its QR code opens.
import { ask } from '@/core/api/client';
import type { Lang } from '@/core/i18n/lang';

export interface Gate {
  id: string;
  name: string;
}

export interface Board {
  svg: string;
  gates: Gate[];
  /** The address that the QR code opens. */
  opens: string;
}

/** Requests the board of a compound, marked for the gate where it hangs. */
export async function board(compound: string, gate: string, lang: Lang, signal: AbortSignal): Promise<Board> {
  const query = new URLSearchParams({ lang, ...(gate ? { at: gate } : {}) });
  const response = await ask(`/api/compounds/${encodeURIComponent(compound)}/board?${query}`, { signal });
  return readBoard(await response.text());
}

export function readBoard(svg: string): Board {
  const drawn = new DOMParser().parseFromString(svg, 'image/svg+xml');
  const gates = [...drawn.querySelectorAll('[data-gate]')].map((gate) => ({
    id: gate.getAttribute('data-gate') ?? '',
    name: gate.getAttribute('data-name') ?? '',
  }));
  return { svg, gates, opens: drawn.querySelector('[data-qr]')?.getAttribute('data-qr') ?? '' };
}

/** Whether an address works only on this computer. */
export function isLocal(url: string): boolean {
  try {
    const { hostname } = new URL(url);
    return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  } catch {
    return false;
  }
}
