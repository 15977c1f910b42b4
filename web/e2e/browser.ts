// Starts the installed Chromium with WebGL in software, and contains checks that every page must
// pass.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { expect } from 'vitest';

const EXECUTABLE = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/**
 * Features of Chromium that are switched off. The list replaces the one of Playwright, so it begins with what matters of
 * that: nothing is asked of other servers, and pages are painted and closed at once. The popups under the address bar,
 * which nobody sees here, are pages of their own: they would cost 0.8 s of computing in each new context.
 */
const OFF = [
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'ThirdPartyStoragePartitioning',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxFullPopup',
  'WebUIOmniboxPopup',
];

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      // Only WebGL is drawn by SwiftShader. If pages were put together by it, too, a page that changes would cost
      // several times as much.
      '--disable-gpu',
      '--enable-unsafe-swiftshader',
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--disable-features=${OFF.join(',')}`,
    ],
  });
}

/**
 * The pixels drawn for each CSS pixel. Layout, text sizes and clicks are in CSS pixels, so tests of them need no sharp
 * picture, and software draws a quarter of the pixels in less than half of the time.
 */
const BLURRED = process.env['ONEMAP_SHOTS'] || process.env['ONEMAP_SCREENSHOT'] ? 1 : 0.5;

/** Asks for WebGL without smooth edges, which cost as much time in software as everything else that is drawn. */
function withoutSmoothEdges(): void {
  const original = HTMLCanvasElement.prototype.getContext as (
    kind: string,
    options?: object,
  ) => RenderingContext | null;
  HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, options?: object) {
    return original.call(this, kind, kind.startsWith('webgl') ? { ...options, antialias: false } : options);
  } as typeof HTMLCanvasElement.prototype.getContext;
}

/** Takes WebGL away, as on a computer without it: the page says so in place of the map, and works without it. */
function withoutWebgl(): void {
  const original = HTMLCanvasElement.prototype.getContext as (
    kind: string,
    options?: object,
  ) => RenderingContext | null;
  HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, options?: object) {
    return kind.startsWith('webgl') ? null : original.call(this, kind, options);
  } as typeof HTMLCanvasElement.prototype.getContext;
}

/** Opens a context whose pages are cheap to draw. Each option of the browser can be given instead. */
export async function cheapContext(browser: Browser, options: BrowserContextOptions): Promise<BrowserContext> {
  const context = await browser.newContext({ deviceScaleFactor: BLURRED, ...options });
  await context.addInitScript(withoutSmoothEdges);
  return context;
}

export interface Visit {
  page: Page;
  /** Uncaught errors of the page, and errors in its console. */
  errors: string[];
  /** Requests to other servers. */
  outside: string[];
  close: () => Promise<void>;
}

export interface VisitOptions {
  width?: number;
  height?: number;
  reducedMotion?: boolean;
  /** A token to sign in with first. */
  token?: string;
  /** Draws each pixel, for a picture that is looked at. */
  sharp?: boolean;
  /** Whether the page has WebGL for its map. A test of forms and lists needs half of the time without it. */
  map?: boolean;
}

/** Opens a page and records its errors and its requests to other servers. */
export async function visit(
  browser: Browser,
  url: string,
  { width = 1920, height = 1080, reducedMotion = false, token, sharp = false, map = true }: VisitOptions = {},
): Promise<Visit> {
  const context = await cheapContext(browser, {
    viewport: { width, height },
    reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
    ...(sharp ? { deviceScaleFactor: 1 } : {}),
  });
  if (!map) await context.addInitScript(withoutWebgl);
  const page = await context.newPage();
  const errors: string[] = [];
  const outside: string[] = [];
  const { origin } = new URL(url);
  if (token) expect((await context.request.post(`${origin}/api/session`, { data: { token } })).status()).toBe(200);
  page.on('pageerror', (error) => errors.push(String(error.stack ?? error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('request', (request) => {
    const asked = request.url();
    if (!asked.startsWith(origin) && !/^(data|blob):/.test(asked)) outside.push(asked);
  });
  await page.goto(url);
  return { page, errors, outside, close: () => context.close() };
}

/** Waits until the map has drawn everything. */
export async function mapReady(page: Page): Promise<void> {
  await page.waitForSelector('[data-map="ready"]', { timeout: 90_000 });
}

interface Violation {
  id: string;
  help: string;
  nodes: { html: string }[];
}

interface Axe {
  run: (context: object, options: object) => Promise<{ violations: Violation[] }>;
}

const require = createRequire(import.meta.url);
let axe: Promise<string> | undefined;

/**
 * Asserts that axe-core finds no violation of its default rules. `exclude` has CSS selectors of
 * library components that are not checked.
 */
export async function expectAccessible(page: Page, exclude: string[] = []): Promise<void> {
  // Evaluated over the DevTools protocol, because the page's content security policy forbids script
  // tags.
  if (!(await page.evaluate(() => 'axe' in globalThis)))
    await page.evaluate(await (axe ??= readFile(require.resolve('axe-core/axe.min.js'), 'utf8')));
  const violations = await page.evaluate(async (excluded) => {
    // The details of rules that pass are half of the work.
    const options = { resultTypes: ['violations'] };
    return (await (globalThis as unknown as { axe: Axe }).axe.run({ exclude: excluded }, options)).violations;
  }, exclude);
  const findings = violations.map(
    (v) =>
      `${v.id}: ${v.help}\n  ${v.nodes
        .map((n) => n.html)
        .slice(0, 4)
        .join('\n  ')}`,
  );
  expect(findings).toEqual([]);
}
