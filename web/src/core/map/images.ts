// The images of the map. They are drawn from the symbol set and the colour tokens, so no sprite sheet is
// needed.
import type { MapLibreMap } from 'maplibre-gl';
import { LEVELS, shape, type Level } from '@/core/levels/levels';
import { categoryPicture, picturedCategories } from '@/core/symbols/categories';
import { STATES, stateOutline, stateShape, stateToken } from '@/core/projects/states';
import { symbols, type SymbolName } from '@/core/symbols/symbols';
import { token } from '@/core/theme/tokens';
import { mapColors } from './colors';

/** Renders an SVG to pixels. */
async function rasterise(svg: string, size: number): Promise<ImageData> {
  const image = new Image(size, size);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = new OffscreenCanvas(size, size);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser has no 2D canvas');
  context.drawImage(image, 0, 0, size, size);
  return context.getImageData(0, 0, size, size);
}

const svg = (inner: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32" viewBox="0 0 32 32">${inner}</svg>`;

/** The symbol of a level with a dark outline, for signs on the map. */
function mark(level: Level, colour: string, edge: string): string {
  return svg(
    `<g transform="translate(4 4)"><path d="${shape[level]}" fill="${edge}" stroke="${edge}" stroke-width="4" stroke-linejoin="round"/>` +
      `<path d="${shape[level]}" fill="${colour}" fill-rule="evenodd"/></g>`,
  );
}

/** The symbol of a warning: the level's symbol on a dark disc with a rim, visible on any background. */
function pin(level: Level, colour: string, ground: string, white: string): string {
  const red = level === 'red';
  const lift = red ? -1.2 : 0; // a triangle looks too low otherwise
  return svg(
    `<circle cx="16" cy="16" r="14.2" fill="${red ? colour : ground}" stroke="${red ? white : colour}" stroke-width="2.4"/>` +
      `<g transform="translate(7.6 ${7.6 + lift}) scale(.7)"><path d="${shape[level]}" fill="${red ? white : colour}" fill-rule="evenodd"/></g>`,
  );
}

/** The symbol of a warning by category: its picture in the colour and the shape of the level. */
function badge(category: string, level: Level, colour: string, ground: string, white: string): string {
  const frame: Record<Level, string> = {
    red: '<path d="M16 .8 31.4 29.4H.6z" stroke-linejoin="round"/>',
    yellow: '<path d="M16 1.2 30.8 16 16 30.8 1.2 16z" stroke-linejoin="round"/>',
    green: '<circle cx="16" cy="16" r="13.6"/>',
    no_data: '<rect x="3" y="3" width="26" height="26"/>',
  };
  const place = level === 'red' ? 'translate(8.6 11.6) scale(.62)' : 'translate(8.2 8.2) scale(.65)';
  const [fill, ink] = level === 'red' ? [colour, white] : [ground, colour];
  return svg(
    `<g fill="${fill}" stroke="${ink}" stroke-width="2.2">${frame[level]}</g>` +
      `<g transform="${place}"><path d="${categoryPicture(category)}" fill="${ink}" fill-rule="evenodd"/></g>`,
  );
}

/** The symbol of a service on a small plate. */
function plate(name: SymbolName, ink: string, ground: string, rim: string): string {
  return svg(
    `<rect x="2" y="2" width="28" height="28" rx="7" fill="${ground}" stroke="${rim}" stroke-width="1.5"/>` +
      `<g transform="translate(7 7) scale(.75)"><path d="${symbols[name]}" fill="${ink}" fill-rule="evenodd"/></g>`,
  );
}

/** The pattern of an area: red diagonal stripes, yellow dots, grey hatching; null for green. */
function pattern(level: Level, colour: string): string | null {
  switch (level) {
    case 'red':
      return svg(
        `<path d="M-8 24 24-8M-8 40 40-8M8 40 40 8M-8 8 8-8M24 40 40 24" stroke="${colour}" stroke-width="4" stroke-opacity=".62" fill="none"/>`,
      );
    case 'yellow':
      return svg(
        `<g fill="${colour}" fill-opacity=".85"><circle cx="8" cy="8" r="3.4"/><circle cx="24" cy="24" r="3.4"/></g>`,
      );
    case 'no_data':
      return svg(
        `<path d="M-8 24 24-8M-8 40 40-8M8 40 40 8M-8 8 8-8M24 40 40 24M-8 8 24 40M-8-8 40 40M8-8 40 24M24-8 40 8M-8 24 8 40" ` +
          `stroke="${colour}" stroke-width="1.3" stroke-opacity=".4" fill="none"/>`,
      );
    default:
      return null;
  }
}

export interface ImageSizes {
  /** The enlargement relative to a desktop screen. */
  scale: number;
  /** Device pixels per CSS pixel. */
  ratio: number;
}

/** Adds the images `mark-*`, `pin-*`, `pattern-*` and `symbol-*`, in the colours of the element `element`. */
export async function addImages(map: MapLibreMap, element: Element, { scale, ratio }: ImageSizes): Promise<void> {
  const colors = mapColors(element);
  const { ground } = colors;
  const add = async (name: string, drawing: string, size: number): Promise<void> => {
    const pixels = Math.round(size * scale * ratio);
    const image = await rasterise(drawing, pixels);
    if (!map.hasImage(name)) map.addImage(name, image, { pixelRatio: ratio });
  };
  const jobs: Promise<void>[] = [];
  for (const level of LEVELS) {
    const colour = colors.level(level);
    jobs.push(
      add(`mark-${level}`, mark(level, colour, ground), { red: 21, yellow: 20, green: 15, no_data: 16 }[level]),
      add(`pin-${level}`, pin(level, colour, ground, colors.white), level === 'red' ? 30 : 25),
    );
    const tile = pattern(level, colour);
    if (tile) jobs.push(add(`pattern-${level}`, tile, 16));
  }
  for (const name of Object.keys(symbols) as SymbolName[]) {
    jobs.push(add(`symbol-${name}`, plate(name, colors.textQuiet, colors.plate, colors.hairline), 18));
  }
  await Promise.all(jobs);
}

/** Adds the images `category-*-*`, for maps that show warnings by category. */
export async function addCategoryImages(
  map: MapLibreMap,
  element: Element,
  { scale, ratio }: ImageSizes,
): Promise<void> {
  const colors = mapColors(element);
  await Promise.all(
    picturedCategories.flatMap((category) =>
      LEVELS.map(async (level) => {
        const image = await rasterise(
          badge(category, level, colors.level(level), colors.ground, colors.white),
          Math.round((level === 'red' ? 40 : 34) * scale * ratio),
        );
        const name = `category-${category}-${level}`;
        if (!map.hasImage(name)) map.addImage(name, image, { pixelRatio: ratio });
      }),
    ),
  );
}

/** Adds `project-*`: the sign of each state of a project, with an outline. */
export async function addProjectImages(
  map: MapLibreMap,
  element: Element,
  { scale, ratio }: ImageSizes,
): Promise<void> {
  const { ground } = mapColors(element);
  await Promise.all(
    STATES.map(async (state) => {
      const colour = token(stateToken[state], element);
      const drawing = svg(
        `<g transform="translate(4 4)"><path d="${stateOutline[state]}" fill="${ground}" stroke="${ground}" stroke-width="5" stroke-linejoin="round"/>` +
          `<path d="${stateShape[state]}" fill="${colour}" fill-rule="evenodd"/></g>`,
      );
      const image = await rasterise(drawing, Math.round(26 * scale * ratio));
      if (!map.hasImage(`project-${state}`)) map.addImage(`project-${state}`, image, { pixelRatio: ratio });
    }),
  );
}

/** Adds `way-*`: the gates and the door of a route, the largest signs on its map. */
export async function addWayImages(map: MapLibreMap, element: Element, { scale, ratio }: ImageSizes): Promise<void> {
  const { text, panel, accent, accentInk } = mapColors(element);
  const signs: [name: SymbolName, ground: string, ink: string][] = [
    ['gate_open', panel, text],
    ['gate_shut', panel, text],
    ['gate_unknown', panel, text],
    ['dismount', panel, text],
    ['door', accent, accentInk],
  ];
  await Promise.all(
    signs.map(async ([name, ground, ink]) => {
      const image = await rasterise(plate(name, ink, ground, ink), Math.round(44 * scale * ratio));
      if (!map.hasImage(`way-${name}`)) map.addImage(`way-${name}`, image, { pixelRatio: ratio });
    }),
  );
}
