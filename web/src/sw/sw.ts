// The service worker of the phone pages. They open without a network, with all files from one build. Each page
// has its own registration (`/field`, `/report`, `/rider`), so that no other page is affected. The build inserts the
// list of files and the version of each page (see plugins/serviceWorker.ts).
import { planFor } from './routes';

declare const SHELLS: Record<string, { files: string[]; build: string }>;

interface ExtendableEvent extends Event {
  waitUntil: (work: Promise<unknown>) => void;
}
interface FetchEvent extends ExtendableEvent {
  request: Request;
  respondWith: (answer: Promise<Response>) => void;
}
interface NotificationEvent extends ExtendableEvent {
  notification: { close: () => void };
}
interface WorkerScope {
  registration: { scope: string };
  location: Location;
  clients: {
    claim: () => Promise<void>;
    matchAll: (of: { type: 'window' }) => Promise<{ url: string; focus: () => Promise<unknown> }[]>;
    openWindow: (url: string) => Promise<unknown>;
  };
  skipWaiting: () => Promise<void>;
  addEventListener: ((type: 'install' | 'activate', listen: (event: ExtendableEvent) => void) => void) &
    ((type: 'fetch', listen: (event: FetchEvent) => void) => void) &
    ((type: 'notificationclick', listen: (event: NotificationEvent) => void) => void) &
    ((type: 'message', listen: (event: MessageEvent) => void) => void);
}
const worker = globalThis as unknown as WorkerScope;

const page = new URL(worker.registration.scope).pathname.replace(/\/$/, '');
/** The root of the service, from the address of this service worker. */
const root = new URL('.', worker.location.href).pathname.replace(/\/$/, '');
const { files, build } = SHELLS[page.slice(root.length)] ?? { files: [], build: '' };
const shellFiles = new Set(files.map((file) => root + file));
const SHELL = `onemap${page}/shell/${build}`;
/** The caches of tiles and photos survive a new build, because they do not depend on it. */
const TILES = `onemap${page}/tiles`;
const PHOTOS = `onemap${page}/photos`;
/** The tiles and styles that the page stores because somebody asked for it (see `core/phone/keptMap.ts`). */
const KEPT = `onemap${page}/kept-map`;
/** The most tiles that are cached. */
const MOST_TILES = 800;
const MOST_PHOTOS = 200;
/** The time after which a cached tile is used if there is no answer, in milliseconds. */
const PATIENCE = 5000;

worker.addEventListener('install', (event) => {
  // The installation fails if a file is missing. A new version waits until its page sends `take-over`, because
  // a page must not change while somebody uses it.
  event.waitUntil(
    caches.open(SHELL).then((cache) =>
      Promise.all([
        ...[...shellFiles].map((file) => cache.add(file)),
        fetch(page, { cache: 'no-cache' }).then((response) => {
          if (!response.ok) throw new Error(`Cannot install ${page}: HTTP ${response.status}`);
          return cache.put(page, response);
        }),
      ]),
    ),
  );
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names
            .filter((name) => name.startsWith(`onemap${page}/shell/`) && name !== SHELL)
            .map((name) => caches.delete(name)),
        ),
      )
      .then(() => worker.clients.claim()),
  );
});

worker.addEventListener('message', (event) => {
  if (event.data === 'take-over') void worker.skipWaiting();
});

worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(showPage());
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  switch (planFor(request, page, worker.location.origin, shellFiles, root)) {
    case 'shell':
      event.respondWith(fromShell(request));
      break;
    case 'tile':
      event.respondWith(networkFirst(event));
      break;
    case 'photo':
      event.respondWith(keptFirst(event));
      break;
    case 'pass':
      break;
  }
});

/** Shows the open page, or opens it. */
async function showPage(): Promise<void> {
  const open = await worker.clients.matchAll({ type: 'window' });
  const own = open.find(({ url }) => new URL(url).pathname.startsWith(page));
  await (own ? own.focus() : worker.clients.openWindow(page));
}

async function fromShell(request: Request): Promise<Response> {
  const cache = await caches.open(SHELL);
  const kept = await cache.match(request.mode === 'navigate' ? page : request, {
    ignoreSearch: request.mode === 'navigate',
    ignoreVary: true,
  });
  return kept ?? fetch(request);
}

async function networkFirst(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const cache = await caches.open(TILES);
  const asked = fetch(request);
  event.waitUntil(asked.then((response) => keep(TILES, MOST_TILES, request, response)).catch(() => {}));
  const late = new Promise<null>((resolve) => {
    setTimeout(() => resolve(null), PATIENCE);
  });
  const answer = await Promise.race([asked.catch(() => null), late]);
  if (answer?.ok) return answer.clone();
  const kept =
    (await cache.match(request, { ignoreVary: true })) ??
    (await caches.match(request, { cacheName: KEPT, ignoreVary: true }));
  return kept ?? (await asked).clone();
}

async function keptFirst(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const cache = await caches.open(PHOTOS);
  const kept = await cache.match(request, { ignoreVary: true });
  if (kept) return kept;
  const response = await fetch(request);
  event.waitUntil(keep(PHOTOS, MOST_PHOTOS, request, response).catch(() => {}));
  return response.clone();
}

/**
 * Stores an answer with status 200 in a cache, and removes the oldest answers if the cache has more
 * than `most`.
 */
async function keep(name: string, most: number, request: Request, response: Response): Promise<void> {
  if (response.status !== 200) return;
  const cache = await caches.open(name);
  await cache.put(request, response.clone());
  const keys = await cache.keys();
  const tooMany = keys.length - most;
  if (tooMany > 0) await Promise.all(keys.slice(0, tooMany).map((key) => cache.delete(key)));
}
