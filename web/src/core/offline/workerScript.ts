// Workers of pages that work without a network. A browser loads a worker's script through the
// service worker whose scope contains the script's address, and not through the page's service
// worker. The scopes of the phone pages do not contain it, so the page loads the script itself and
// starts the worker from it.
import { ApiError } from '@/core/api/client';

const started = new Map<string, Promise<string>>();

/**
 * Loads the script at `url` into memory and returns a `blob:` address for `new Worker()`. The script must not import
 * other files, because a `blob:` address has no folder. Without a network it rejects with an `ApiError` of status 0.
 */
export function workerScript(url: string): Promise<string> {
  let address = started.get(url);
  if (!address) {
    address = load(url).catch((error: unknown) => {
      started.delete(url);
      throw error;
    });
    started.set(url, address);
  }
  return address;
}

async function load(url: string): Promise<string> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new ApiError(0, `Cannot load the worker ${url}: ${String(cause)}`);
  });
  if (!response.ok) throw new Error(`Cannot load the worker ${url}: HTTP ${response.status}`);
  return URL.createObjectURL(new Blob([await response.text()], { type: 'text/javascript' }));
}
